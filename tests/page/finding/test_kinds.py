from __future__ import annotations

import cv2
import numpy as np

from textrm.page.finding.kinds import with_kinds
from textrm.page.finding.mask import Region


def region(left: int, top: int, right: int, bottom: int) -> Region:
    corners = np.array([(left, top), (right - 1, top), (right - 1, bottom - 1), (left, bottom - 1)], np.int32)
    return Region(corners, (left, top, right, bottom), 0.9, (right - left) * (bottom - top))


def test_the_ground_and_the_height_tell_the_kind() -> None:
    image = np.full((600, 400, 3), 255, np.uint8)
    image[300:] = np.random.default_rng(0).integers(0, 256, (300, 400, 3))  # art
    ink = np.zeros((600, 400), np.uint8)
    boxes = [(20, 20, 60, 34), (20, 60, 80, 74), (20, 100, 70, 114), (20, 320, 200, 380), (20, 450, 90, 464)]
    words = [region(*box) for box in boxes]
    for left, top, right, bottom in boxes:
        ink[top:bottom, left:right] = 1
        image[top:bottom, left:right] = 0
    kinds = [word.kind for word in with_kinds(image, ink, words)]
    assert kinds == ["dialogue", "dialogue", "dialogue", "sound effect", "free text"]


def test_soft_edges_are_no_unevenness() -> None:
    image = np.full((100, 100, 3), 255, np.uint8)
    image[40:54, 20:70] = 0
    ink = (image[..., 0] == 0).astype(np.uint8)
    soft = cv2.GaussianBlur(image, (0, 0), 0.8)
    assert with_kinds(soft, ink, [region(20, 40, 70, 54)])[0].kind == "dialogue"


def test_without_dialogue_the_page_says_what_is_large() -> None:
    image = np.random.default_rng(0).integers(0, 256, (500, 500, 3), dtype=np.uint8)
    ink = np.zeros((500, 500), np.uint8)
    kinds = [word.kind for word in with_kinds(image, ink, [region(10, 10, 90, 35), region(10, 100, 90, 112)])]
    assert kinds == ["sound effect", "free text"]
    assert with_kinds(image, ink, []) == []
