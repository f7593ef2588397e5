"""Pictures with an ICC profile of their own, as sRGB and back."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

from textrm.pictures.page import Page
from textrm.pictures.stored import as_stored, in_8_bits, put_back, upright

# For the colour space of a profile: Pillow's mode of its pixels, and the modes of pages that it can be about.
_SPACES = {
    "RGB": ("RGB", ("1", "L", "LA", "P", "RGB", "RGBA")),
    "GRAY": ("L", ("1", "L", "LA")),
    "CMYK": ("CMYK", ("CMYK",)),
}
_Profile = ImageCms.ImageCmsProfile | ImageCms.core.CmsProfile
_SAME = 2  # levels; profiles that differ less from sRGB are sRGB by another hand


@dataclass(frozen=True, slots=True)
class Colours:
    """What the profile of a page says: its name, and the ways to sRGB and back, None where there is nothing to convert.

    ``mode`` is Pillow's name of the pixels that are converted, RGB, L or CMYK. ``problem`` says why a profile is
    ignored.
    """

    name: str = ""
    mode: str = ""
    there: ImageCms.ImageCmsTransform | None = None
    back: ImageCms.ImageCmsTransform | None = None
    problem: str = ""


def colours(page: Page) -> Colours:
    """The profile of ``page``. One that is broken, or is not about its kind of pixels, is ignored with a reason."""
    profile = page.save.get("icc_profile")
    return _colours(profile, page.mode) if profile else Colours()


def to_srgb(page: Page) -> np.ndarray:
    """H W 3 uint8 sRGB, upright: ``page.image`` itself where nothing needs to be converted."""
    known = colours(page)
    if known.there is None:
        return page.image
    if known.mode == "CMYK":
        assert page.stored is not None
        return np.ascontiguousarray(upright(_convert(in_8_bits(page.stored), "CMYK", known.there), page.orientation))
    return _convert(page.image if known.mode == "RGB" else page.image[..., 0], known.mode, known.there)


def srgb_profile() -> bytes:
    """An ICC profile of sRGB, always the same bytes."""
    content = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return content[:24] + struct.pack(">6H", 2000, 1, 1, 0, 0, 0) + content[36:]  # when it was made


def from_srgb(page: Page, image: np.ndarray, changed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The arguments ``image`` and ``filled`` of :func:`textrm.pictures.write.encode` for a page changed in sRGB.

    CMYK with a profile is put into ``page.stored`` at once, since encoding knows only RGB.

    Args:
        page: as read; its ``image`` is used up.
        image: H W 3 uint8 sRGB.
        changed: H W bool; elsewhere ``image`` is not looked at.
    """
    known = colours(page)
    if known.back is not None:
        image = _convert(image, "RGB", known.back)
    if known.mode == "CMYK" and known.back is not None:
        assert page.stored is not None
        where = as_stored(changed, page.orientation)
        put_back(page.stored, "CMYK", None, as_stored(image, page.orientation), where)
        return page.image, np.zeros_like(changed)
    if image.ndim == 2:
        image = image[..., None].repeat(3, 2)
    if image is not page.image:
        page.image[changed] = image[changed]
    return page.image, changed


@lru_cache(maxsize=4)  # the pictures of one set share a few profiles
def _colours(content: bytes, page_mode: str) -> Colours:
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(content))
        space = profile.profile.xcolor_space.strip()
        name = " ".join(ImageCms.getProfileDescription(profile).split())
        mode, modes = _SPACES.get(space, ("", ()))
        if page_mode not in modes:
            problem = f"its ICC profile is for {space} and its pixels are {page_mode}: the profile is ignored"
            return Colours(name, problem=problem)
        there = _transform(profile, ImageCms.createProfile("sRGB"), mode, "RGB")
        back = _transform(ImageCms.createProfile("sRGB"), profile, "RGB", mode)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
        return Colours(problem=f"its ICC profile is broken ({str(error) or type(error).__name__}) and is ignored")
    if mode != "CMYK":
        levels = np.linspace(0, 255, 9 if mode == "RGB" else 256).round().astype(np.uint8)
        probe = np.stack(np.meshgrid(levels, levels, levels), 3).reshape(81, 9, 3) if mode == "RGB" else levels[None]
        same = probe if mode == "RGB" else probe[..., None].repeat(3, 2)
        if np.abs(_convert(probe, mode, there).astype(int) - same).max() <= _SAME:
            return Colours(name)
    return Colours(name, mode, there, back)


def _transform(source: _Profile, target: _Profile, source_mode: str, target_mode: str) -> ImageCms.ImageCmsTransform:
    # White stays white and black black both ways: paper and ink must.
    intent, flags = ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION
    return ImageCms.buildTransform(source, target, source_mode, target_mode, intent, flags)


def _convert(pixels: np.ndarray, mode: str, transform: ImageCms.ImageCmsTransform) -> np.ndarray:
    height, width = pixels.shape[:2]
    picture = Image.frombytes(mode, (width, height), np.ascontiguousarray(pixels).tobytes())
    return np.array(ImageCms.applyTransform(picture, transform))
