"""Ways of filling that are compared."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from textrm.errors import UserError
from textrm.evaluate.fill_scores import named_fillings


def test_telea_is_opencvs_plain_method_here() -> None:
    image, hole = np.full((120, 160, 3), 200, np.uint8), np.zeros((120, 160), np.uint8)
    hole[20:100, 30:130] = 1
    filled = named_fillings(["telea"], 1, "best")["telea"](image, hole)
    assert np.array_equal(filled, cv2.inpaint(image, hole, 3, cv2.INPAINT_TELEA))
    assert filled.max() > 203  # which brightens plain paper, unlike --fill telea


def stand_in(monkeypatch: pytest.MonkeyPatch, **what: object) -> None:
    module = SimpleNamespace(**what)
    monkeypatch.setitem(sys.modules, "patchmatch", SimpleNamespace(patch_match=module))
    monkeypatch.setitem(sys.modules, "patchmatch.patch_match", module)


def test_patchmatch_gets_the_picture_its_hole_and_always_the_same_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[object] = []

    def inpaint(image: np.ndarray, mask: np.ndarray, patch_size: int) -> np.ndarray:
        said.append((image.shape, int(mask.sum()), patch_size))
        return image + 1

    stand_in(monkeypatch, patchmatch_available=True, set_random_seed=said.append, inpaint=inpaint)
    fill = named_fillings(["patchmatch"], 1, "best")["patchmatch"]
    image, hole = np.full((12, 16, 3), 200, np.uint8), np.zeros((12, 16), np.uint8)
    hole[2:5, 3:9] = 1
    assert (fill(image, hole) == 201).all()
    fill(image, hole)
    assert said == [0, ((12, 16, 3), 18, 3), 0, ((12, 16, 3), 18, 3)]


def test_without_patchmatch_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "patchmatch", None)
    monkeypatch.setitem(sys.modules, "patchmatch.patch_match", None)
    with pytest.raises(UserError, match=r"needs patchmatch.*pip install 'textrm\[benchmarks\]'"):
        named_fillings(["patchmatch"], 1, "best")
    stand_in(monkeypatch, patchmatch_available=False)
    with pytest.raises(UserError, match="does not load on this machine"):
        named_fillings(["patchmatch"], 1, "best")
