"""Writes a page's layers as an OpenRaster file, and reads such files: a zip archive of PNGs and their stack."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

import cv2
import numpy as np
from PIL import Image

from textrm.errors import UserError
from textrm.page.layers.parts import Parts

_KIND = b"image/openraster"
_SMALL = 256  # pixels of the longer side of the thumbnail, at most
_DATE = (1980, 1, 1, 0, 0, 0)  # the same file every time


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of a file that was read: ``pixels`` H W 4 uint8 RGBA at ``left``, ``top``.

    ``name`` has those of its groups before it, as in a path; ``visible`` says whether it and all of these are.
    """

    name: str
    left: int
    top: int
    pixels: np.ndarray
    visible: bool
    locked: bool


def encode_ora(parts: Parts) -> memoryview:
    """The file: the page, locked; over it ``clean``, transparent but in the holes; hidden, the lettering word by word.

    OpenRaster knows no masks: where ``clean`` is transparent it has the page's colours still.

    ``parts`` are RGB of 8 bits, in sRGB: few programs heed another profile.
    """
    assert parts.page.dtype == np.uint8
    assert parts.page.shape[2] == 3
    height, width = parts.hole.shape
    image = ElementTree.Element("image", version="0.0.3", w=str(width), h=str(height))
    stack = ElementTree.SubElement(image, "stack")
    pictures: list[tuple[str, np.ndarray]] = []

    def add(above: ElementTree.Element, name: str, left: int, top: int, pixels: np.ndarray, **more: str) -> None:
        source = f"data/{len(pictures):03d}.png"
        pictures.append((source, pixels))
        place = {"name": name, "src": source, "x": str(left), "y": str(top)}
        ElementTree.SubElement(above, "layer", place | more)

    if parts.words:
        lettering = ElementTree.SubElement(stack, "stack", name="lettering", visibility="hidden")
        for word in parts.words:
            add(lettering, word.name, word.left, word.top, _with_alpha(parts.page[word.slices], word.mask))
    left, top, across, down = cv2.boundingRect(parts.hole)
    if across:
        hole = slice(top, top + down), slice(left, left + across)
        add(stack, "clean", left, top, _with_alpha(parts.clean[hole], parts.hole[hole]))
    add(stack, "page", 0, 0, parts.page, **{"edit-locked": "true"})
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        _put(archive, "mimetype", _KIND)  # first and not compressed: programs look for it there
        _put(archive, "stack.xml", ElementTree.tostring(image, "UTF-8", xml_declaration=True))
        for name, pixels in [*pictures, ("mergedimage.png", parts.clean), ("Thumbnails/thumbnail.png", parts.clean)]:
            picture = Image.fromarray(pixels)
            if name.startswith("Thumbnails"):
                picture.thumbnail((_SMALL, _SMALL))
            content = io.BytesIO()
            picture.save(content, "PNG")
            _put(archive, name, content.getbuffer())
    return buffer.getbuffer()


def read_ora(content: bytes | memoryview) -> list[Layer]:
    """The layers of a file, from the lowest to the uppermost.

    Raises:
        UserError: it is no OpenRaster file, or a damaged one.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if archive.read("mimetype") != _KIND:
                raise UserError(f"its mimetype is {archive.read('mimetype')[:40]!r}; expected {_KIND!r}")
            root = ElementTree.fromstring(archive.read("stack.xml")).find("stack")
            if root is None:
                raise UserError("its stack.xml has no stack")
            return [*_layers(archive, root, "", True)]
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, ValueError, OSError) as error:
        raise UserError(f"it is no whole OpenRaster file: {error}") from error


def composed(layers: list[Layer], size: tuple[int, int]) -> np.ndarray:
    """H W 3 uint8: the visible layers over each other, on white.

    Args:
        layers: from the lowest to the uppermost.
        size: height and width of the picture.
    """
    picture = np.full((*size, 3), 255, np.uint8)
    for layer in layers:
        if not layer.visible:
            continue
        height, width = layer.pixels.shape[:2]
        below = picture[layer.top : layer.top + height, layer.left : layer.left + width]
        colour, alpha = layer.pixels[..., :3].astype(np.uint16), layer.pixels[..., 3:].astype(np.uint16)
        below[:] = (colour * alpha + below * (255 - alpha) + 127) // 255
    return picture


def _layers(archive: zipfile.ZipFile, stack: ElementTree.Element, path: str, shown: bool) -> Iterator[Layer]:
    for element in reversed(stack):
        visible = shown and element.get("visibility", "visible") == "visible"
        name = path + element.get("name", "")
        if element.tag == "stack":
            yield from _layers(archive, element, f"{name}/", visible)
        elif element.tag == "layer":
            with Image.open(io.BytesIO(archive.read(element.get("src", "")))) as picture:
                pixels = np.asarray(picture.convert("RGBA"))
            left, top = int(element.get("x", 0)), int(element.get("y", 0))
            yield Layer(name, left, top, pixels, visible, element.get("edit-locked") == "true")


def _with_alpha(pixels: np.ndarray, mask: np.ndarray) -> np.ndarray:
    return np.dstack([pixels, mask * np.uint8(255)])


def _put(archive: zipfile.ZipFile, name: str, content: bytes | memoryview) -> None:
    archive.writestr(zipfile.ZipInfo(name, _DATE), content)
