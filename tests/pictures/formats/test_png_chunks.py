"""PNG files whose checksums are wrong, or that say odd things beside their pixels."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rewriting import ICC, rewritten

from textrm.errors import UserError
from textrm.pictures.formats import png
from textrm.pictures.read import read

NOISE = np.random.default_rng(0).integers(0, 256, (60, 50, 3), dtype=np.uint8)


def encoded(picture: Image.Image | None = None, *chunks: png.Chunk) -> bytes:
    buffer = io.BytesIO()
    (picture or Image.fromarray(NOISE)).save(buffer, "PNG")
    return png.with_metadata(buffer.getvalue(), list(chunks))


def damaged(content: bytes, name: bytes, offset: int) -> bytes:
    """``content`` with a bit of the chunk ``name`` turned, ``offset`` bytes behind its name."""
    at = content.index(name) + 4 + offset
    return content[:at] + bytes((content[at] ^ 1,)) + content[at + 1 :]


def checksum_damaged(content: bytes, name: bytes) -> bytes:
    at = content.index(name)
    return damaged(content, name, int.from_bytes(content[at - 4 : at], "big"))


def page_of(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "page.png"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("wide", [False, True])
def test_a_tail_of_zeros_is_refused_or_told(tmp_path: Path, wide: bool) -> None:
    content = png.encode_16_bit(NOISE.astype(np.uint16) * 257) if wide else encoded()
    refused = 0
    for length in (*range(1, 40), *range(40, len(content), 97)):
        path = page_of(tmp_path, content[:-length] + bytes(length))
        try:
            page = read(path)
        except UserError:
            refused += 1
        else:
            assert np.array_equal(page.image, NOISE)
            # The last four bytes are but the checksum of the mark that says that nothing comes any more.
            assert length <= 4 or any("its pixels are whole" in note for note in page.notes)
    assert refused > 80


def test_pixels_that_are_whole_under_a_wrong_checksum_are_read_and_this_is_told(tmp_path: Path) -> None:
    page = read(page_of(tmp_path, checksum_damaged(encoded(), b"IDAT")))
    assert np.array_equal(page.image, NOISE)
    assert page.notes == ["a checksum of its pixels is wrong; its pixels are whole"]
    for at in (20, 5000):
        with pytest.raises(UserError, match="the checksum of its pixels is wrong"):
            read(page_of(tmp_path, damaged(encoded(), b"IDAT", at)))


def test_a_damaged_palette_or_size_is_refused(tmp_path: Path) -> None:
    content = encoded(Image.fromarray(NOISE).quantize(32))
    with pytest.raises(UserError, match="the checksum of its palette is wrong"):
        read(page_of(tmp_path, damaged(content, b"PLTE", 5)))
    with pytest.raises(UserError, match="does not begin with its size"):
        read(page_of(tmp_path, damaged(content, b"IHDR", 3)))
    start, end = content.index(b"PLTE") - 4, content.index(b"IDAT") - 4
    with pytest.raises(UserError, match="it has no palette"):
        read(page_of(tmp_path, content[:start] + content[end:]))


def test_a_chunk_with_a_wrong_checksum_is_dropped_and_told(tmp_path: Path) -> None:
    text, place = (b"tEXt", b"Title\0one"), (b"pHYs", bytes((0, 0, 46, 35, 0, 0, 46, 35, 1)))
    path = page_of(tmp_path, damaged(encoded(None, text, place), b"tEXt", 2))
    page = read(path)
    assert np.array_equal(page.image, NOISE)
    assert page.notes == ["its chunk tEXt is damaged: it is dropped"]
    assert page.chunks == [place]
    assert read(rewritten(path)).chunks == [place]


def test_large_text_and_profiles_are_kept_byte_for_byte(tmp_path: Path) -> None:
    # Pillow 13.0.0 refuses pictures for text and for profiles that unpack to more than 1 MiB.
    filler = np.random.default_rng(1).bytes(3 << 20)
    chunks = [
        (b"iCCP", b"large\0\0" + zlib.compress(ICC + filler, 1)),
        (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(filler, 1)),
        (b"tEXt", b"Comment\0" + b"x" * (2 << 20)),
        (b"zTXt", b"Broken\0\7zzz"),
    ]
    path = page_of(tmp_path, encoded(None, *chunks))
    page = read(path)
    assert page.notes == []
    assert page.save["icc_profile"] == ICC + filler
    assert read(rewritten(path)).chunks == chunks


@pytest.mark.parametrize(
    ("chunk", "note"),
    [((b"iCCP", b"a\0\0zzz"), "its ICC profile is broken: it is dropped"),
     ((b"iCCP", b""), "its ICC profile is broken: it is dropped"),
     ((b"tRNS", b"\0"), "its chunk tRNS does not fit: it is dropped"),
     ((b"eXIf", bytes(range(60))), "its EXIF is broken (not a TIFF file")],
)  # fmt: skip
def test_what_is_odd_beside_the_pixels_is_dropped_and_told(tmp_path: Path, chunk: png.Chunk, note: str) -> None:
    path = page_of(tmp_path, encoded(None, chunk))
    page = read(path)
    assert np.array_equal(page.image, NOISE)
    assert [told[: len(note)] for told in page.notes] == [note]
    assert page.chunks == []
    assert read(rewritten(path)).notes == []


def test_xmp_still_turns_a_page(tmp_path: Path) -> None:
    for packed in (False, True):
        text = b'<rdf:Description tiff:Orientation="6"/>'
        content = b"XML:com.adobe.xmp\0" + bytes((packed, 0)) + b"\0\0" + (zlib.compress(text) if packed else text)
        assert read(page_of(tmp_path, encoded(None, (b"iTXt", content)))).image.shape == (50, 60, 3)


def test_16_bits_that_cannot_be_decoded_are_refused(tmp_path: Path) -> None:
    # Pillow would give the high bytes of such a file.
    content = png.encode_16_bit(NOISE.astype(np.uint16) * 257)
    at = content.index(b"IDAT")
    length = int.from_bytes(content[at - 4 : at], "big")
    rows = bytearray(zlib.decompress(content[at + 4 : at + 4 + length]))
    rows[20 * (1 + 50 * 6)] = 9  # no filter of PNG
    body = png.chunk(b"IDAT", zlib.compress(bytes(rows)))
    with pytest.raises(UserError, match="the picture is damaged"):
        read(page_of(tmp_path, content[: at - 4] + body + png.chunk(b"IEND", b"")))
