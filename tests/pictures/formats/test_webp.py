"""WebP that ends in zeros: whole pictures need them, in others pixels are missing."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from textrm.errors import UserError
from textrm.pictures.read import read

KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "lossless": ("RGB", {"lossless": True}), "lossless, alpha": ("RGBA", {"lossless": True}),
    "lossless, few colours": ("L", {"lossless": True}), "lossy": ("RGB", {"quality": 80}),
    "lossy, alpha": ("RGBA", {"quality": 80}), "lossless, told": ("RGB", {"lossless": True, "xmp": b"<x:xmpmeta/>"}),
}  # fmt: skip


def drawn(seed: int, mode: str) -> Image.Image:
    """Paper with ink, the lower part flat in every second one."""
    rng = np.random.default_rng(seed)
    height, width = rng.integers(8, 120, 2)
    pixels = cv2.resize(rng.integers(0, 256, (4, 3, 4), np.uint8), (int(width), int(height)))
    pixels[: height // 2] = np.where(rng.random((height // 2, width, 1)) < 0.3, 0, pixels[: height // 2])
    if seed % 2:
        pixels[height // 2 :] = rng.choice((0, 255, 128))
    return Image.fromarray(pixels if mode == "RGBA" else np.ascontiguousarray(pixels[..., :3])).convert(mode)


def encoded(seed: int, kind: str) -> bytes:
    mode, options = KINDS[kind]
    buffer = io.BytesIO()
    drawn(seed, mode).save(buffer, "WEBP", **options)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_whole_pictures_pass_whatever_they_end_in(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "page.webp"
    for seed in range(20):
        path.write_bytes(encoded(seed, kind))
        assert read(path).notes == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "told" not in kind])
def test_pictures_that_were_cut_off_and_filled_up_with_zeros_are_damaged(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "page.webp"
    for seed in range(8):
        content = encoded(seed, kind)
        for share in (0.1, 0.3, 0.5, 0.7):
            cut = max(32, int(len(content) * share))
            path.write_bytes(content[:-cut] + bytes(cut))
            with pytest.raises(UserError, match="damaged"):
                read(path)
