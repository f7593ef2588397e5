"""Reads and writes AVIF, which comes back without loss: as RGB, and with all its bits.

Pillow decodes 8 bits and tells of the rest; OpenCV decodes 10 and 12, and encodes: Pillow goes through YUV, which moves
colours by up to 3 levels.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError, features

from textrm.errors import UserError
from textrm.pictures.depth import gathered, spread
from textrm.pictures.formats.boxes import boxes_of
from textrm.pictures.formats.from_pillow import SEVERAL_FRAMES, pixels_of
from textrm.pictures.metadata import exif_of
from textrm.pictures.page import ORIENTATION, Page
from textrm.pictures.quiet import quiet
from textrm.pictures.size import check_size
from textrm.pictures.stored import upright

_BRANDS = (b"avif", b"avis")
_EXIF_START = b"Exif\0\0"
# What is made anew (size, depth, turn), or does not matter to the pixels; colours are kept.
_PROPERTIES = frozenset((b"ispe", b"pixi", b"av1C", b"colr", b"irot", b"imir", b"auxC", b"pasp", b"a1lx", b"a1op",
                         b"lsel", b"free"))  # fmt: skip
_EXIF_ITEM = re.compile(rb"(infe.{8,10}?)Exif", re.DOTALL)  # where the list of parts names it
_ZEROS = bytes(8)  # packed pixels do not end so
_METADATA = {"exif": cv2.IMAGE_METADATA_EXIF, "xmp": cv2.IMAGE_METADATA_XMP, "icc_profile": cv2.IMAGE_METADATA_ICCP}


@dataclass(frozen=True, slots=True)
class _Facts:
    """Bits per channel; the numbers of primaries and transfer, as 4 bytes; names of what cannot be kept."""

    depth: int
    colours: bytes
    lost: list[str]


def is_avif(start: bytes) -> bool:
    """Whether a file that begins so, with 32 bytes or all, is one."""
    brands = [start[at : at + 4] for at in (8, *range(16, min(len(start), int.from_bytes(start[:4], "big")), 4))]
    return start[4:8] == b"ftyp" and any(brand in _BRANDS for brand in brands)


def decode(file: BinaryIO, max_pixels: int) -> tuple[Page, np.ndarray]:
    """A picture without its ``image``, and its pixels, upright.

    Raises:
        UserError: when it is damaged, too large, or of a kind that is not read.
        Exception: what Pillow raises on damaged files.
    """
    if not (features.check("avif") and cv2.haveImageWriter(".avif")):
        raise UserError("AVIF is not known to this build of Pillow or OpenCV: save it as PNG")
    file.seek(0)
    content = file.read()
    facts = _look(content)
    content, notes = _with_sound_exif(content)
    with Image.open(io.BytesIO(content), formats=("AVIF",)) as picture:
        check_size(picture.width, picture.height, len(picture.getbands()) * (1 + (facts.depth > 8)), max_pixels)
        notes += [SEVERAL_FRAMES] if getattr(picture, "is_animated", False) else []
        notes += [f"its {', '.join(facts.lost)} cannot be kept: it is dropped"] if facts.lost else []
        exif, mode = exif_of(picture, notes), picture.mode
        save = {name: picture.info[name] for name in _METADATA if picture.info.get(name)}
        save |= {"depth": facts.depth, "colours": facts.colours}
        stored = _wide(content, mode, facts.depth) if facts.depth > 8 else _plain(picture)
    orientation = exif.pop(ORIENTATION, 1)
    if orientation in range(2, 9):
        stored = np.ascontiguousarray(upright(stored, orientation))
        save |= {"exif": exif.tobytes()} if len(exif) else {}
        if not len(exif):
            save.pop("exif", None)
    return Page(np.empty(0), "AVIF", mode, exif=exif, save=save, notes=notes), stored


def encode(stored: np.ndarray, mode: str, save: Mapping[str, Any]) -> bytes:
    """The file, lossless, of pixels as :func:`decode` gives them."""
    depth = save["depth"]
    pixels = gathered(stored, 2**depth - 1) if depth > 8 else stored
    if mode != "L":
        pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR if mode == "RGB" else cv2.COLOR_RGBA2BGRA)
    beside = {name: save[name].removeprefix(_EXIF_START) for name in _METADATA if name in save}
    with quiet():
        _, content = cv2.imencodeWithMetadata(
            ".avif", pixels, [_METADATA[name] for name in beside],
            [np.frombuffer(inside, np.uint8) for inside in beside.values()],
            [cv2.IMWRITE_AVIF_QUALITY, 100, cv2.IMWRITE_AVIF_DEPTH, depth],
        )  # fmt: skip
    whole = bytearray(content.tobytes())
    if save["colours"]:
        at = whole.index(b"colrnclx") + 8
        whole[at : at + 4] = save["colours"]
    return bytes(whole)


def _look(content: bytes) -> _Facts:
    """What the boxes say.

    Raises:
        UserError: when the file is damaged.
    """
    whole = list(boxes_of(content))
    if whole[-1][0] == b"mdat" and content.endswith(_ZEROS):
        raise UserError("the picture is damaged: zeros are where its pixels should end")
    meta = next((inside[4:] for name, inside in whole if name == b"meta"), b"")
    inner = next((inside for name, inside in boxes_of(meta) if name == b"iprp"), b"")
    properties = [one for name, inside in boxes_of(inner) if name == b"ipco" for one in boxes_of(inside)]
    configurations = [inside for name, inside in properties if name == b"av1C"]
    if not configurations:  # a film's are elsewhere
        at = content.find(b"av1C") + 4
        configurations = [content[at : at + 4]]
    depths = {(8, 8, 10, 12)[inside[2] >> 5 & 3 if len(inside) > 2 else 0] for inside in configurations}
    if len(depths) > 1:
        raise UserError("AVIF of parts with different depths is not supported: save it as PNG")
    colours = next((inside[4:8] for name, inside in properties if name == b"colr" and inside[:4] == b"nclx"), b"")
    lost = sorted({name.decode("latin-1") for name, _ in properties if name not in _PROPERTIES})
    return _Facts(depths.pop(), colours, lost)


def _with_sound_exif(content: bytes) -> tuple[bytes, list[str]]:
    """The file, without its EXIF where no decoder takes it for that, which is noted.

    Raises:
        UserError: when it is damaged.
    """
    try:
        Image.open(io.BytesIO(content), formats=("AVIF",)).close()
    except UnidentifiedImageError as error:
        raise UserError("the picture is damaged: it is cut off, or no AVIF") from error
    except ValueError:
        without, found = _EXIF_ITEM.subn(rb"\1skip", content)
        if not found:
            raise
        return without, ["its EXIF is broken: it is dropped"]
    return content, []


def _plain(picture: Image.Image) -> np.ndarray:
    picture.load()
    return pixels_of(picture)


def _wide(content: bytes, mode: str, depth: int) -> np.ndarray:
    """H W or H W C uint16, of which Pillow would give 8 bits."""
    with quiet():
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    shape = {"L": 2, "RGB": 3, "RGBA": 3}[mode]
    if pixels is None or pixels.dtype != np.uint16 or pixels.ndim != shape or int(pixels.max()) >> depth:
        raise UserError(f"its {depth} bits per channel cannot be decoded: it is damaged, or grey with alpha")
    if mode != "L":
        pixels = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB if mode == "RGB" else cv2.COLOR_BGRA2RGBA)
    return spread(pixels, 2**depth - 1, np.uint16)
