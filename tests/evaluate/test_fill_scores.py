"""Ways of filling that are compared."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.evaluate.fill_scores import named_fillings


def test_telea_is_opencvs_plain_method_here() -> None:
    image, hole = np.full((120, 160, 3), 200, np.uint8), np.zeros((120, 160), np.uint8)
    hole[20:100, 30:130] = 1
    filled = named_fillings(["telea"], 1, "best")["telea"](image, hole)
    assert np.array_equal(filled, cv2.inpaint(image, hole, 3, cv2.INPAINT_TELEA))
    assert filled.max() > 203  # which brightens plain paper, unlike --fill telea
