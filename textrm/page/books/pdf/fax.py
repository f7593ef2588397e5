"""Scans in fax code: read where no pixel is missing, and written in that of group 4."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
from pikepdf import Name
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from textrm.page.books.pdf.bounds import filters
from textrm.pictures.formats.fax import GROUP_3, GROUP_4, check_code
from textrm.pictures.quiet import quiet


def is_fax(image: Any) -> bool:
    """Whether an image is in fax code."""
    return filters(image) == ["/CCITTFaxDecode"]


def is_aligned(image: Any) -> bool:
    """Whether each row begins with a byte, which pikepdf does not read."""
    return bool(_parameters(image).get("/EncodedByteAlign", False))


def check_fax(image: Any) -> None:
    """Refuse fax code that ends in zeros without having all its pixels; images of other kinds pass.

    Raises:
        UserError: when it was cut off and filled up with zeros.
    """
    if not is_fax(image) or is_aligned(image):  # which libtiff does not know
        return
    parameters = _parameters(image)
    kind, width, rows = int(parameters.get("/K", 0)), int(parameters.get("/Columns", 1728)), int(image["/Height"])
    if width == int(image["/Width"]):
        tags = {259: GROUP_4} if kind < 0 else {259: GROUP_3, 292: int(kind > 0)}
        check_code(bytes(image.read_raw_bytes()), width, rows, tags)


def _parameters(image: Any) -> Any:
    found = image.get("/DecodeParms", None) or pikepdf.Dictionary()
    return found[0] if isinstance(found, pikepdf.Array) else found


def read_fax(image: Any) -> Image.Image:
    """Its pixels, mode 1."""
    with quiet():
        return pikepdf.PdfImage(image).as_pil_image().convert("1")


def write_fax(image: Any, picture: Image.Image) -> None:
    """Put a picture into an image, 0 for black."""
    parameters = pikepdf.Dictionary(K=-1, Columns=picture.width, Rows=picture.height, BlackIs1=False)
    image.write(group4(picture), filter=Name.CCITTFaxDecode, decode_parms=parameters)


def group4(picture: Image.Image) -> bytes:
    """The picture in the fax code of group 4, 0 for black."""
    buffer = io.BytesIO()
    picture.convert("1", dither=Image.Dither.NONE).save(
        buffer, "TIFF", compression="group4", tiffinfo={262: 0, 278: picture.height}
    )
    buffer.seek(0)
    with TiffImageFile(buffer) as tiff:
        (start,), (length,) = tiff.tag_v2[273], tiff.tag_v2[279]
    return buffer.getvalue()[start : start + length]
