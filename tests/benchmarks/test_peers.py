"""The peer of the benchmark, without its detector."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.peers.__main__ import compare, true_mask
from benchmarks.peers.ocr_peer import otsu_strokes, telea
from textrm.data.manifest import Row, write_manifest
from textrm.data.sample import Sample
from textrm.evaluate.scoring import Method, score_page

BOX = np.array([[10, 10], [49, 10], [49, 29], [10, 29]], np.float32)


def lettered(paper: int, ink: int) -> tuple[np.ndarray, np.ndarray]:
    mask = np.zeros((40, 60), np.uint8)
    mask[15:25, 15:45:6] = 1
    mask[15:25, 16:45:6] = 1
    page = np.full((40, 60, 3), paper, np.uint8)
    page[mask == 1] = ink
    return page, mask


@pytest.mark.parametrize(("paper", "ink"), [(255, 0), (20, 230)])
def test_strokes_are_what_the_outline_crosses_less(paper: int, ink: int) -> None:
    page, mask = lettered(paper, ink)
    page[33:, :] = ink  # dark art outside of the box
    assert np.array_equal(otsu_strokes(page, [BOX]), mask * 255)


def test_a_box_over_the_edge_of_the_page_is_cut() -> None:
    page, mask = lettered(255, 0)
    box = np.array([[-8, -5], [70, -5], [70, 44], [-8, 44]], np.float32)
    assert np.array_equal(otsu_strokes(page, [box]), mask * 255)
    box[:, 0] += 200
    assert not otsu_strokes(page, [box]).any()


def test_telea_fills_the_grown_mask_only() -> None:
    page, mask = lettered(200, 0)
    filled = telea(page, mask * 255)
    assert np.abs(filled.astype(int) - 200).max() <= 4
    page[0, 0] = 7
    assert tuple(telea(page, mask * 255)[0, 0]) == (7, 7, 7)
    assert telea(page, mask * 0) is page


def test_the_true_mask_is_perfect_and_empty_on_the_clean_page() -> None:
    page, mask = lettered(200, 0)
    sample = Sample("a", page, mask, clean=np.full_like(page, 200))
    line = score_page(sample, true_mask(sample)).line()
    assert line["F1"] == 1.0
    assert line["left"] == line["false_area"] == 0.0


def test_the_table_has_every_tool_on_every_part(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, mask = lettered(255, 0)
    rows = [Row(id, "val", "g", "page.png", "clean.png", "mask.png", source=id) for id in ("a", "b")]
    rows.append(Row("gone", "val", "g", "gone.png", mask="mask.png"))
    for name, picture in (("page", page), ("clean", np.full_like(page, 255)), ("mask", mask * 255)):
        assert cv2.imwrite(str(tmp_path / f"{name}.png"), picture)
    write_manifest(tmp_path / "manifest.csv", rows)
    idle: Method = lambda picture: (np.zeros(picture.shape[:2], np.uint8), picture)  # noqa: E731
    lines = compare({"idle": lambda _: idle, "truth": true_mask}, tmp_path / "manifest.csv", "val", by="source")
    assert [(line["tool"], line["part"], line["pages"]) for line in lines] == [
        ("idle", "a", 1), ("idle", "b", 1), ("idle", "all", 2),
        ("truth", "a", 1), ("truth", "b", 1), ("truth", "all", 2),
    ]  # fmt: skip
    assert (lines[2]["F1"], lines[2]["left"], lines[5]["F1"], lines[5]["left"]) == (0.0, 1.0, 1.0, 0.0)
    assert "skipped gone" in capsys.readouterr().err
