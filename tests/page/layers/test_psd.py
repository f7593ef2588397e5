"""PSD files, read back with psd-tools: every pixel of every layer, and what they show over each other."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from icc_profiles import ink, wide_rgb
from page_parts import HEIGHT, WIDTH, noise_parts
from psd_tools import PSDImage
from psd_tools.composite import composite
from psd_tools.constants import Resource

from textrm.errors import UserError
from textrm.page.layers.psd import encode_psd


def levels(values: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Values of psd-tools, in [0, 1] with 0 for full ink, as the page has them."""
    highest = np.iinfo(like.dtype).max
    stored = np.round(np.asarray(values, np.float64) * highest).astype(like.dtype)
    return ~stored if like.shape[2] == 4 else stored


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_it_is_read_back_to_the_bit(channels: int, kind: type) -> None:
    parts = noise_parts(channels, kind)
    psd = PSDImage.open(io.BytesIO(encode_psd(parts)))
    assert (psd.size, psd.depth, psd.pil_mode) == ((WIDTH, HEIGHT), np.dtype(kind).itemsize * 8,
                                                   {1: "L", 3: "RGB", 4: "CMYK"}[channels])  # fmt: skip
    assert np.array_equal(levels(psd.numpy("color"), parts.page), parts.clean)  # what viewers show
    layers = {layer.name: layer for layer in psd.descendants()}
    names = [word.name for word in parts.words]
    group = [] if channels == 4 else ["lettering"]
    assert list(layers) == ["page", "clean", *group, *reversed(names)]
    assert np.array_equal(levels(layers["page"].numpy("color"), parts.page), parts.page)
    assert [name for name, layer in layers.items() if layer.locks and layer.locks.complete] == ["page"]
    assert layers["clean"].bbox == layers["clean"].mask.bbox == (5, 10, 75, 50)
    assert np.array_equal(np.asarray(layers["clean"].mask.topil()), parts.hole[10:50, 5:75] * 255)
    assert np.array_equal(levels(layers["clean"].numpy("color"), parts.page), parts.clean[10:50, 5:75])
    for word in parts.words:
        layer = layers[word.name]
        assert layer.offset == (word.left, word.top)
        assert np.array_equal(layer.numpy("shape")[..., 0], word.mask)
        assert np.array_equal(levels(layer.numpy("color"), parts.page), parts.page[word.slices])


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_it_shows_the_clean_page_and_with_all_words_the_page(channels: int, kind: type) -> None:
    parts = noise_parts(channels, kind)
    psd = PSDImage.open(io.BytesIO(encode_psd(parts)))

    def shown() -> np.ndarray:
        colour, _, alpha = composite(psd, force=True)
        assert (alpha == 1).all()
        return levels(colour, parts.page)

    assert np.array_equal(shown(), parts.clean)
    for layer in psd.descendants():
        if layer.name == "2 sound effect":
            layer.visible = True
        if layer.name == "lettering":
            layer.visible = True
            for other in layer:
                other.visible = other.name == "2 sound effect"
    half = parts.clean.copy()
    half[10:30, 37:50] = parts.page[10:30, 37:50]
    assert np.array_equal(shown(), half)
    for layer in psd.descendants():
        layer.visible = True
    assert np.array_equal(shown(), parts.page)


@pytest.mark.parametrize(("channels", "profile"), [(3, wide_rgb()), (4, ink()), (3, None)])
def test_the_profile_is_embedded(channels: int, profile: bytes | None) -> None:
    psd = PSDImage.open(io.BytesIO(encode_psd(noise_parts(channels, profile=profile))))
    assert psd.image_resources.get_data(Resource.ICC_PROFILE) == profile
    assert np.array_equal(levels(psd.numpy("color"), noise_parts(channels).page), noise_parts(channels).clean)


def test_a_page_without_lettering_has_one_layer() -> None:
    parts = noise_parts()
    psd = PSDImage.open(io.BytesIO(encode_psd(replace(parts, hole=parts.hole * 0, words=[]))))
    assert [layer.name for layer in psd.descendants()] == ["page"]


def test_a_strip_that_is_too_long_is_refused() -> None:
    strip = np.zeros((30_001, 2, 3), np.uint8)
    parts = replace(noise_parts(), page=strip, clean=strip, hole=strip[..., 0], words=[])
    with pytest.raises(UserError, match="at most 30000 pixels a side, and the page is 2 x 30001: --layers ora has no"):
        encode_psd(parts)
