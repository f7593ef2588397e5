"""Turns image objects of a PDF into picture files, and puts cleaned ones in their place."""

from __future__ import annotations

import io
import zlib
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
from pikepdf import Name
from PIL import Image

from textrm.errors import UserError
from textrm.page.books.pdf.bounds import DAMAGE, bounded, filters, unpacked
from textrm.page.books.pdf.fax import check_fax, is_aligned, is_fax, read_fax, write_fax
from textrm.pictures.formats import jpeg_2000
from textrm.pictures.formats.png import encode_16_bit
from textrm.pictures.read import MAX_PIXELS, read_open

_GREY, _RGB, _INDEXED = ("/DeviceGray", "/CalGray"), ("/DeviceRGB", "/CalRGB"), "/Indexed"
_PACKING = frozenset(("/FlateDecode", "/LZWDecode", "/RunLengthDecode", "/ASCII85Decode", "/ASCIIHexDecode"))
_LARGEST_PALETTE = 256 * 4  # bytes
_WIDEST = 8  # bytes of a pixel of ink in 16 bits
_INVERTED_INK = [1, 0, 1, 0, 1, 0, 1, 0]  # what Adobe's programs write
_MASKS = ("/SMask", "/Mask", "/ImageMask", "/SMaskInData")
# Keys that tell of the old samples.
_OLD = ("/Decode", "/DecodeParms", "/SMaskInData", "/Intent")


def reason_to_skip(image: Any) -> str:
    """Why an image stays as it is, empty where it does not."""
    if any(image.get(key) for key in _MASKS):
        return "its scan is a mask or has one, as scans in layers do"
    width, height = int(image.get("/Width", 0)), int(image.get("/Height", 0))
    return "" if 0 < width * height <= MAX_PIXELS else f"its scan has {width}x{height} pixels"


def read_image(image: Any) -> bytes:
    """The image as a picture file: the JPEG or JPEG 2000 that it is, or a PNG.

    Raises:
        UserError: when it is damaged.
    """
    try:
        if _is_jpeg(image) or _is_jpeg_2000(image):
            return bytes(image.read_raw_bytes())
        check_fax(image)
        if _channels(image):
            return encode_16_bit(_wide(image)) if _bits(image) == 16 else _png(_samples(image))
        return _png(_rendered(image))
    except (*DAMAGE, pypdfium2.PdfiumError, OSError, NotImplementedError) as error:  # the last: pikepdf, of odd depths
        raise UserError(f"its scan cannot be read: {' '.join(str(error).split())}") from error


def replace_image(image: Any, content: bytes) -> str:
    """Put a picture file, which was read by :func:`read_image` and cleaned, in the place of an image.

    Returns:
        What became of its kind, where that is not written; empty where it is.
    """
    if _is_jpeg(image):
        image.write(content, filter=Name.DCTDecode, decode_parms=image.get("/DecodeParms", None))
        return ""
    if _is_jpeg_2000(image):
        image.write(content, filter=Name.JPXDecode)
        return ""
    kept = _channels(image)
    if kept and _bits(image) == 16:
        wide = read_open(io.BytesIO(content), 2 * MAX_PIXELS).stored  # it was small enough when it was cleaned
        assert wide is not None
        _pack(image, wide.astype(">u2"))
        return ""
    picture: Image.Image = Image.open(io.BytesIO(content))
    if is_fax(image) and kept:
        write_fax(image, picture)
        return ""
    was = "was of 16 bits, of a kind" if _bits(image) == 16 else "was of a kind"
    if not kept:
        grey = picture.mode in ("1", "L")
        image["/ColorSpace"] = Name.DeviceGray if grey else Name.DeviceRGB
        image["/BitsPerComponent"] = 1 if picture.mode == "1" else 8
        _forget(image)
    if not kept and picture.mode == "1":
        was_fax = is_fax(image)
        write_fax(image, picture)
        return "" if was_fax else "was JBIG2, which is not written: it is fax code (CCITT group 4) now"
    samples = np.asarray(picture if kept else picture.convert("L" if grey else "RGB"))
    bits = _bits(image)
    if bits < 8:
        samples = samples.astype(np.uint8)
        if picture.mode == "L":
            samples = ((samples.astype(np.uint16) * (2**bits - 1) + 127) // 255).astype(np.uint8)
        places = np.arange(bits - 1, -1, -1, dtype=np.uint8)
        rows = (samples[..., None] >> places & 1).reshape(len(samples), -1)
        samples = np.packbits(rows, axis=1)
    _pack(image, samples)
    return "" if kept else f"{was} that is not written: it is grey or RGB of 8 bits in Flate now"


def _pack(image: Any, samples: np.ndarray) -> None:
    _forget(image)
    image.write(zlib.compress(samples.tobytes()), filter=Name.FlateDecode)


def _forget(image: Any) -> None:
    for key in _OLD:
        if key in image:
            del image[key]


def _is_jpeg(image: Any) -> bool:
    """Whether it is a JPEG that shows as it does outside of a PDF."""
    if filters(image) != ["/DCTDecode"] or "/ColorTransform" in (image.get("/DecodeParms", None) or {}):
        return False
    decode = [float(value) for value in image.get("/Decode", [])]
    if _base(image)[0] in (_INDEXED, "/Separation", "/DeviceN", "/Lab"):
        return False
    if _base(image)[1] == 4:
        return decode == _INVERTED_INK and b"Adobe" in bytes(image.read_raw_bytes())[:4096]
    return not decode or decode == [0, 1] * (len(decode) // 2)


def _is_jpeg_2000(image: Any) -> bool:
    """Whether it is JPEG 2000 that is read and written, and shows as it does outside of a PDF."""
    if filters(image) != ["/JPXDecode"] or image.get("/Decode", None) is not None:
        return False
    mode = jpeg_2000.mode_of(bytes(image.read_raw_bytes()))
    name, channels = _base(image)
    return name != _INDEXED and (mode, channels) in (("L", 1), ("RGB", 3), ("L", 0), ("RGB", 0))


def _channels(image: Any) -> int:
    """Of samples that can be taken as they are; 0 for others."""
    packing, bits = filters(image), _bits(image)
    name, channels = _base(image)
    if image.get("/Decode", None) is not None or (bits > 8 and (bits != 16 or name == _INDEXED or is_fax(image))):
        return 0
    if is_fax(image):
        return 1 if channels == 1 and name != _INDEXED and not is_aligned(image) else 0
    if not set(packing) <= _PACKING:
        return 0
    return channels if channels == 1 or (channels == 3 and bits >= 8) else 0


def _bits(image: Any) -> int:
    return int(image.get("/BitsPerComponent", 8))


def _base(image: Any) -> tuple[str, int]:
    """The name of the colour space and its channels, 0 where they do not matter."""
    space = image.get("/ColorSpace", None)
    if space is None:
        return "", 0
    parts = list(space) if isinstance(space, pikepdf.Array) else [space]
    name = str(parts[0])
    if name == "/ICCBased":
        return name, int(parts[1].get("/N", 0))
    if name == _INDEXED:
        base = parts[1]
        plain = str(base[0]) if isinstance(base, pikepdf.Array) else str(base)
        return name, 1 if plain in (*_RGB, *_GREY, "/ICCBased") else 0
    return name, 1 if name in _GREY else 3 if name in _RGB else 4 if name == "/DeviceCMYK" else 0


def _samples(image: Any) -> Image.Image:
    """Samples of 1 to 8 bits as mode 1, L, P or RGB."""
    if is_fax(image):
        return read_fax(image)
    width, height, bits = int(image["/Width"]), int(image["/Height"]), _bits(image)
    name, channels = _base(image)
    rows = _rows(image, width, height, channels * bits)
    if bits < 8:
        parts = np.unpackbits(rows, axis=1)[:, : width * bits].reshape(height, width, bits)
        rows = (parts << np.arange(bits - 1, -1, -1, dtype=np.uint8)).sum(axis=2, dtype=np.uint8)
    if name == _INDEXED:
        palette = _palette(image, 2**bits)
        picture = Image.fromarray(np.minimum(rows, len(palette) // 3 - 1)).convert("L")
        picture.putpalette(palette)
        return picture
    if bits == 1:
        return Image.fromarray(rows * np.uint8(255)).convert("1", dither=Image.Dither.NONE)
    if channels == 1:
        return Image.fromarray((rows.astype(np.uint16) * 255 // (2**bits - 1)).astype(np.uint8))
    return Image.fromarray(rows.reshape(height, width, 3))


def _wide(image: Any) -> np.ndarray:
    """Samples of 16 bits, H W C uint16."""
    width, height, channels = int(image["/Width"]), int(image["/Height"]), _base(image)[1]
    return _rows(image, width, height, channels * 16).view(">u2").reshape(height, width, channels)


def _rows(image: Any, width: int, height: int, bits: int) -> np.ndarray:
    """Its bytes in rows, of so many bits for each pixel."""
    row = (width * bits + 7) // 8
    content = np.frombuffer(unpacked(image, 2 * row * height), np.uint8)  # some have more than they show
    if len(content) < row * height:
        raise UserError(f"its scan is cut short: {len(content)} of {row * height} bytes")
    return content[: row * height].reshape(height, row)


def _palette(image: Any, most: int) -> bytes:
    """RGB of as many colours as it says, ``most`` at most; those that it lacks are black."""
    space = image["/ColorSpace"]
    table = space[3]
    colours = unpacked(table, _LARGEST_PALETTE) if isinstance(table, pikepdf.Stream) else bytes(table)
    base = space[1]
    single = str(base[0] if isinstance(base, pikepdf.Array) else base) in _GREY or (
        isinstance(base, pikepdf.Array) and str(base[0]) == "/ICCBased" and int(base[1].get("/N", 3)) == 1
    )
    colours = bytes(value for colour in colours for value in (colour,) * 3) if single else colours
    size = 3 * min(max(int(space[2]), 0) + 1, most)
    return colours[:size].ljust(size, b"\0")


def _rendered(image: Any) -> Image.Image:
    """The image as a viewer shows it, pixel by pixel, on a page of its own."""
    width, height = int(image["/Width"]), int(image["/Height"])
    with pikepdf.new() as alone, io.BytesIO() as buffer:
        page = alone.add_blank_page(page_size=(width, height))
        page.obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=alone.copy_foreign(image)))
        page.obj["/Contents"] = alone.make_stream(f"{width} 0 0 {height} 0 0 cm /Im Do".encode())
        with bounded(_WIDEST * width * height):
            alone.save(buffer)
        document = pypdfium2.PdfDocument(buffer.getvalue())
        try:
            shown = document[0].render(scale=1).to_pil().convert("RGB")
        finally:
            document.close()
    pixels = np.asarray(shown)
    is_grey = (pixels[..., 0] == pixels[..., 1]).all() and (pixels[..., 1] == pixels[..., 2]).all()
    of_two = is_fax(image) or filters(image) == ["/JBIG2Decode"]
    if is_grey and of_two and np.isin(pixels[..., 0], (0, 255)).all():
        return shown.convert("1", dither=Image.Dither.NONE)
    return shown.convert("L") if is_grey else shown


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
