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


def check_fax(image: Any) -> None:
    """Refuse fax code that ends in zeros without having all its pixels; images of other kinds pass.

    Raises:
        UserError: when it was cut off and filled up with zeros.
    """
    if not is_fax(image):
        return
    parameters = image.get("/DecodeParms", None) or pikepdf.Dictionary()
    parameters = parameters[0] if isinstance(parameters, pikepdf.Array) else parameters
    kind, width, rows = int(parameters.get("/K", 0)), int(parameters.get("/Columns", 1728)), int(image["/Height"])
    if width == int(image["/Width"]) and not parameters.get("/EncodedByteAlign", False):  # which libtiff does not know
        tags = {259: GROUP_4} if kind < 0 else {259: GROUP_3, 292: int(kind > 0)}
        check_code(bytes(image.read_raw_bytes()), width, rows, tags)


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
