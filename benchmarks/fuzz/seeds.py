"""Valid pictures of every format and mode, drawn by code, and what is done to them."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import pylibjxl
from PIL import Image, ImageCms

from textrm.pictures.formats.tiff import encode_16_bit

_HEIGHT, _WIDTH = 44, 60
_PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
_NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_PNG = b"\x89PNG\r\n\x1a\n"


def seeds() -> dict[str, bytes]:
    """Whole files by what they are."""
    return dict(_drawn())


def mutated(data: bytes, other: bytes, rng: random.Random) -> bytes:
    """A damaged copy; one in eight is whole. ``other`` is a file that parts may be taken from."""
    found = bytearray(data)
    if rng.random() < 1 / 8:
        return bytes(found)
    for _ in range(rng.choice((1, 1, 1, 2, 4, 16))):
        at = rng.randrange(len(found)) if found else 0
        end = min(len(found), at + rng.choice((1, 2, 4, 16, 100)))
        kind = rng.randrange(8)
        if kind == 0 and found:
            found[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            found[at:end] = rng.randbytes(end - at)
        elif kind == 2:
            del found[at:]
        elif kind == 3:
            found[at:] = bytes(len(found) - at)
        elif kind == 4:
            del found[at:end]
        elif kind == 5:
            found[at:at] = found[at:end]
        elif kind == 6:
            start = rng.randrange(len(other))
            found[at:end] = other[start : start + end - at]
        else:
            form = rng.choice(("<H", ">H", "<I", ">I"))
            size = struct.calcsize(form)
            found[at : at + size] = struct.pack(form, rng.choice(_NUMBERS) & (256**size - 1))
    return _with_checksums(bytes(found)) if data.startswith(_PNG) and rng.random() < 0.5 else bytes(found)


def _with_checksums(data: bytes) -> bytes:
    """A PNG whose chunks have the checksums of what they hold now, so that what is behind these is met too."""
    found, at = bytearray(data), len(_PNG)
    while at + 12 <= len(found):
        end = at + 8 + int.from_bytes(found[at : at + 4], "big")
        if end + 4 > len(found):
            break
        found[end : end + 4] = zlib.crc32(found[at + 4 : end]).to_bytes(4, "big")
        at = end + 4
    return bytes(found)


def _drawn() -> Iterator[tuple[str, bytes]]:
    modes = {mode: _picture(mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16")}
    for name, modes_of in {
        "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"), "GIF": ("1", "L", "P"),
        "BMP": ("1", "L", "P", "RGB", "RGBA"),
        "TIFF": ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"), "JPEG": ("L", "RGB", "CMYK"),
        "WEBP": ("RGB", "RGBA"),
    }.items():  # fmt: skip
        for mode in modes_of:
            plain = {"lossless": True} if name == "WEBP" else {}
            yield f"{name} {mode}", _saved(modes[mode], name, **plain)
            if name != "BMP" and name != "GIF":
                yield f"{name} {mode} told", _saved(modes[mode], name, **plain, **_told(name))
    for compression in ("tiff_lzw", "packbits", "tiff_adobe_deflate", "zstd", "lzma", "jpeg"):
        yield f"TIFF {compression}", _saved(modes["RGB"], "TIFF", compression=compression)
    for compression in ("group3", "group4", "tiff_ccitt"):
        yield f"TIFF {compression}", _saved(modes["1"], "TIFF", compression=compression)
    yield "WEBP lossy", _saved(modes["RGB"], "WEBP", quality=80)
    yield "JPEG progressive", _saved(modes["RGB"], "JPEG", progressive=True, subsampling=1)
    for orientation in (3, 6, 8):
        yield f"JPEG turned {orientation}", _saved(modes["RGB"], "JPEG", exif=_turned(orientation))
        yield f"TIFF turned {orientation}", _saved(modes["L"], "TIFF", tiffinfo={0x0112: orientation})
    frames = [modes["P"], modes["P"].transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    for name in ("GIF", "TIFF", "PNG", "WEBP"):
        yield f"{name} of two", _saved(frames[0], name, save_all=True, append_images=frames[1:])
    wide = np.random.default_rng(2).integers(0, 65536, (_HEIGHT, _WIDTH, 4), np.uint16)
    for channels in (1, 2, 3, 4):
        pixels = wide[..., 0] if channels == 1 else np.ascontiguousarray(wide[..., :channels])
        yield f"TIFF 16 bit {channels}", encode_16_bit(pixels, Image.Exif(), _PROFILE)
    yield "TIFF 16 bit ink", encode_16_bit(wide, Image.Exif(), None, True)
    for mode in ("L", "LA", "RGB", "RGBA", "CMYK", "I;16"):
        yield f"JPEG2000 {mode}", _saved(modes[mode], "JPEG2000", irreversible=mode == "RGB")
        yield f"JPEG2000 {mode} bare", _saved(modes[mode], "JPEG2000", no_jp2=True, tile_size=(32, 32))
    for mode in ("L", "RGB", "RGBA"):
        yield f"AVIF {mode}", _saved(modes[mode], "AVIF")
        yield f"AVIF {mode} told", _saved(modes[mode], "AVIF", icc_profile=_PROFILE, exif=_turned(5))
    for channels in (1, 3, 4):
        pixels = np.ascontiguousarray(wide[..., :channels] >> 6)
        yield f"AVIF 10 bit {channels}", cv2.imencode(".avif", pixels, [cv2.IMWRITE_AVIF_DEPTH, 10])[1].tobytes()
    for mode in ("L", "RGB", "RGBA"):
        pixels = np.asarray(modes[mode])
        yield f"JXL {mode}", pylibjxl.encode(pixels, lossless=True, effort=3)
        yield f"JXL {mode} told", pylibjxl.encode(pixels, exif=_turned(1).tobytes()[6:], xmp=b"<x/>", jumbf=bytes(9))
    yield "JXL of JPEG", pylibjxl.jpeg_to_jxl(_saved(modes["RGB"], "JPEG", exif=_turned(6)))
    for mode in ("1", "L", "RGB"):
        yield f"PPM {mode}", _saved(modes[mode], "PPM")
    yield "PPM 16 bit", b"P6 %d %d 65535 " % (_WIDTH, _HEIGHT) + wide[..., :3].astype(">u2").tobytes()
    yield (
        "PPM 10 bit",
        b"P5\n# of a scanner\n%d %d\n1023\n" % (_WIDTH, _HEIGHT) + (wide[..., 0] >> 6).astype(">u2").tobytes(),
    )
    yield (
        "PPM text",
        b"P3 %d %d 255\n" % (_WIDTH, _HEIGHT) + b" ".join(b"%d" % value for value in modes["RGB"].tobytes()),
    )
    for channels in (3, 4):
        yield f"PNG 16 bit {channels}", cv2.imencode(".png", wide[..., :channels])[1].tobytes()


def _picture(mode: str) -> Image.Image:
    rng = np.random.default_rng(1)
    colour = cv2.resize(rng.integers(0, 256, (5, 6, 4), np.uint8), (_WIDTH, _HEIGHT), interpolation=cv2.INTER_CUBIC)
    if mode == "I;16":
        return Image.fromarray(rng.integers(0, 65536, (_HEIGHT, _WIDTH), np.uint16))
    if mode in ("RGBA", "CMYK"):
        return Image.fromarray(colour, mode=mode) if mode == "RGBA" else Image.fromarray(colour, mode="CMYK")
    return Image.fromarray(np.ascontiguousarray(colour[..., :3])).convert(mode)


def _told(name: str) -> dict[str, Any]:
    """A profile, a resolution and a camera's words."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0132] = "scanner", "2026:01:02 03:04:05"
    return {"icc_profile": _PROFILE, "exif": exif} | ({} if name == "WEBP" else {"dpi": (300, 300)})


def _turned(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def _saved(picture: Image.Image, name: str, **options: Any) -> bytes:
    content = io.BytesIO()
    picture.save(content, name, **options)
    return content.getvalue()
