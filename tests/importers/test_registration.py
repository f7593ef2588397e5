"""Pictures are laid over each other, or it is said how far they are apart."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from textrm.importers.registration import Mismatch, align, residual


def _art(seed: int = 0, height: int = 240, width: int = 200) -> np.ndarray:
    """Line art: strokes and filled shapes on paper."""
    rng = np.random.default_rng(seed)
    art = np.full((height, width, 3), 245, np.uint8)
    for _ in range(40):
        a, b = (tuple(int(v) for v in rng.integers(0, (width, height))) for _ in range(2))
        cv2.line(art, a, b, tuple(int(v) for v in rng.integers(0, 120, 3)), int(rng.integers(1, 4)))
        cv2.circle(art, a, int(rng.integers(3, 15)), tuple(int(v) for v in rng.integers(0, 255, 3)), -1)
    return cv2.GaussianBlur(art, (0, 0), 0.6)


def _lettered(art: np.ndarray) -> np.ndarray:
    raw = art.copy()
    for y in range(60, 110, 14):
        cv2.putText(raw, "LETTERS", (50, y), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1)
    return raw


def _moved(picture: np.ndarray, matrix: list[list[float]], size: tuple[int, int] | None = None) -> np.ndarray:
    size = size or picture.shape[1::-1]
    return cv2.warpAffine(
        picture, np.array(matrix, float), size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )


def test_an_aligned_pair_is_left_alone() -> None:
    art = _art()
    noisy = cv2.imdecode(cv2.imencode(".jpg", art, [cv2.IMWRITE_JPEG_QUALITY, 90])[1], cv2.IMREAD_COLOR)
    result = align(_lettered(art), noisy)
    assert result.moved == ""
    np.testing.assert_array_equal(result.clean, noisy)
    assert result.residual < 0.15


@pytest.mark.parametrize(("x", "y"), [(3, -2), (-1, 0), (0, 12), (-9, 8)])
def test_a_shift_of_whole_pixels_is_undone_exactly(x: int, y: int) -> None:
    art = _art()
    raw = _lettered(art)
    result = align(raw, _moved(art, [[1, 0, x], [0, 1, y]]))
    assert result.moved == f"shifted by ({-x:+.3g}, {-y:+.3g}) px"
    inner = (slice(12, -12), slice(12, -12))
    np.testing.assert_array_equal(result.clean[inner], art[inner])
    # Where the moved picture ends the lettered one shows through, so that no difference arises.
    beyond = np.s_[:, :-x] if x < 0 else np.s_[:, art.shape[1] - x :]
    np.testing.assert_array_equal(result.clean[beyond], raw[beyond])


def test_a_shift_by_a_fraction_is_found() -> None:
    art = _art()
    shifted = _moved(art, [[1, 0, 2.5], [0, 1, -1.4]])
    result = align(_lettered(art), shifted)
    assert result.moved.startswith("shifted by (-2.")
    assert result.residual < 0.1 < residual(_lettered(art), shifted)


def test_a_shift_beyond_the_limit_is_refused_with_its_size() -> None:
    art = _art()
    shifted = _moved(art, [[1, 0, 9], [0, 1, -4]])
    with pytest.raises(
        Mismatch, match=r"measured shift \(-9\.\d, \+4\.\d\) px, limit 5|measured shift \(-8\.9, \+3\.9\)"
    ):
        align(_lettered(art), shifted, max_shift=5)
    assert align(_lettered(art), shifted, max_shift=16).residual < 0.05


def test_another_size_is_resized() -> None:
    art = cv2.resize(_art(), (400, 480), interpolation=cv2.INTER_CUBIC)
    result = align(_lettered(art), cv2.resize(art, (300, 360), interpolation=cv2.INTER_AREA))
    assert result.moved.startswith("resized from 300x360")
    assert result.clean.shape == art.shape
    assert float(np.abs(result.clean.astype(int) - art).mean()) < 4


def test_a_cut_border_is_put_back() -> None:
    art = _art()
    result = align(_lettered(art), art[5:-3, 7:])
    assert result.moved == "cut to size, shifted by (+7, +5) px"
    np.testing.assert_array_equal(result.clean[5:-3, 7:], art[5:-3, 7:])


def test_a_slightly_turned_scan_is_mapped() -> None:
    art = cv2.resize(_art(), (400, 480), interpolation=cv2.INTER_CUBIC)
    turned = _moved(art, cv2.getRotationMatrix2D((200, 240), 0.6, 1.004).tolist())
    raw = _lettered(art)
    result = align(raw, turned)
    assert "mapped affinely" in result.moved
    assert result.residual < 0.12
    assert residual(raw, turned) > 0.2


def test_pictures_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(Mismatch, match="of the contours differ, limit 20%"):
        align(_lettered(_art(0)), _art(1))


def test_residual_of_flat_pictures_counts_all_pixels() -> None:
    white, part = np.full((50, 50, 3), 255, np.uint8), np.full((50, 50, 3), 255, np.uint8)
    part[:10] = 0
    assert residual(part, white) == pytest.approx(0.2)
