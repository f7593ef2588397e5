"""OpenRaster files, read back with our own reader."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from page_parts import HEIGHT, WIDTH, noise_parts
from PIL import Image

from textrm.errors import UserError
from textrm.page.layers.ora import composed, encode_ora, read_ora


def test_it_is_read_back_to_the_bit() -> None:
    parts = noise_parts()
    layers = read_ora(encode_ora(parts))
    assert [(layer.name, layer.visible, layer.locked) for layer in layers] == [
        ("page", True, True), ("clean", True, False), ("lettering/without number", False, False),
        ("lettering/2 sound effect", False, False), ("lettering/1 dialogue", False, False),
    ]  # fmt: skip
    page, clean, *words = layers
    assert np.array_equal(page.pixels[..., :3], parts.page)
    assert (clean.left, clean.top) == (5, 10)
    assert np.array_equal(clean.pixels[..., 3], parts.hole[10:50, 5:75] * 255)
    assert np.array_equal(clean.pixels[..., :3], parts.clean[10:50, 5:75])  # also where it is transparent
    for layer, word in zip(reversed(words), parts.words, strict=True):
        assert (layer.left, layer.top) == (word.left, word.top)
        assert np.array_equal(layer.pixels[..., 3], word.mask * 255)


def test_it_shows_the_clean_page_and_with_all_words_the_page() -> None:
    parts = noise_parts()
    layers = read_ora(encode_ora(parts))
    assert np.array_equal(composed(layers, (HEIGHT, WIDTH)), parts.clean)
    assert np.array_equal(composed([replace(layer, visible=True) for layer in layers], (HEIGHT, WIDTH)), parts.page)


def test_translucent_pixels_are_mixed() -> None:
    (page, *_) = read_ora(encode_ora(noise_parts()))
    half = replace(page, pixels=np.full((2, 3, 4), (0, 100, 255, 128), np.uint8))
    assert composed([half], (2, 3))[1, 2].tolist() == [127, 177, 255]  # over white


def test_the_archive_is_as_openraster_wants_it() -> None:
    parts = noise_parts()
    content = encode_ora(parts)
    assert content == encode_ora(parts)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        assert names[0] == "mimetype"
        assert archive.getinfo("mimetype").compress_type == zipfile.ZIP_STORED
        assert archive.read("mimetype") == b"image/openraster"
        merged = Image.open(io.BytesIO(archive.read("mergedimage.png")))
        assert np.array_equal(np.asarray(merged), parts.clean)
        assert max(Image.open(io.BytesIO(archive.read("Thumbnails/thumbnail.png"))).size) <= 256


def test_a_page_without_lettering_has_one_layer() -> None:
    parts = noise_parts()
    assert [layer.name for layer in read_ora(encode_ora(replace(parts, hole=parts.hole * 0, words=[])))] == ["page"]


def broken(change: dict[str, bytes | None]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(encode_ora(noise_parts()))) as good, zipfile.ZipFile(buffer, "w") as archive:
        for name in good.namelist():
            if (content := change.get(name, good.read(name))) is not None:
                archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"no archive", "no whole OpenRaster"), (broken({"mimetype": b"application/epub+zip"}), "expected b'image/open"),
     (broken({"mimetype": None}), "no whole"), (broken({"stack.xml": b"<image>"}), "no whole"),
     (broken({"stack.xml": b"<image/>"}), "no stack"), (broken({"data/000.png": None}), "no whole"),
     (broken({"data/000.png": b"not a PNG"}), "no whole")],
    ids=range(7),
)  # fmt: skip
def test_what_is_no_such_file_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        read_ora(content)
