"""Lines that libraries print about odd pictures do not come between ours."""

from __future__ import annotations

import io
import os
import struct
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiff_tags import SHORT, with_tags
from wide_tiff import RGB, wide_tiff

from textrm.errors import UserError
from textrm.pictures.quiet import quiet
from textrm.pictures.read import read
from textrm.pictures.write import encode

NOISE = np.random.default_rng(0).integers(0, 256, (40, 48, 3), dtype=np.uint8)


def test_libtiff_prints_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    # Pillow 13.0.0 lets libtiff 4.7 write "LZWDecode: ..." to file descriptor 2.
    path = tmp_path / "page.tif"
    Image.fromarray(NOISE).save(path, compression="tiff_lzw")
    content = bytearray(path.read_bytes())
    content[300:4000] = b"\xff" * 3700
    wide = bytearray(wide_tiff(NOISE.astype(np.uint16) * 257, RGB, deflated=True))
    at = wide.index(b"\x78\x9c")  # how deflate begins
    wide[at : at + 2] = bytes(2)
    for damaged in (content, wide):
        path.write_bytes(damaged)
        with pytest.raises(UserError, match="damaged"):
            read(path)
    assert capfd.readouterr() == ("", "")


def test_pillow_warns_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, plain = tmp_path / "page.tif", io.BytesIO()
    Image.fromarray(NOISE).save(plain, "TIFF")
    path.write_bytes(with_tags(plain.getvalue(), {296: (SHORT, 2, struct.pack("<HH", 2, 2))}))  # one unit too many
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with Image.open(path) as picture:
            assert picture.tag_v2[296] == 2
        assert "too many entries" in str(told.pop().message)
        page = read(path)
        assert told == []
        save = Image.Image.save
        monkeypatch.setattr(
            Image.Image, "save", lambda *given, **more: warnings.warn("odd", stacklevel=1) or save(*given, **more)
        )
        encode(page, page.image, np.zeros(page.image.shape[:2], np.uint8))
    assert told == []


def test_what_is_printed_before_and_after_is_seen(capfd: pytest.CaptureFixture[str]) -> None:
    os.write(2, b"before\n")
    with quiet():
        os.write(2, b"within\n")
        with quiet():
            os.write(2, b"deep within\n")
        os.write(2, b"within again\n")
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "before\nafter\n"


def test_there_may_be_no_standard_error() -> None:
    kept = os.dup(2)
    os.close(2)
    try:
        with quiet():
            pass
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(2)
    finally:
        os.dup2(kept, 2)
        os.close(kept)
