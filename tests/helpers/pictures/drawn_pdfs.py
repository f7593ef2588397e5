"""Draws small PDFs whose pages are scans, in the kinds of images that scanners and programs write."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
from drawn_books import picture
from pikepdf import Array, Dictionary, Name
from PIL import Image

Adding = Callable[[pikepdf.Pdf, np.ndarray], Any]  # an image object that shows H W uint8 grey


def image(
    pdf: pikepdf.Pdf, size: tuple[int, ...], content: bytes, kind: str, space: Any, bits: int, **more: Any
) -> Any:
    stream = pikepdf.Stream(pdf, content)
    stream.stream_dict = Dictionary(
        Type=Name.XObject, Subtype=Name.Image, Width=size[1], Height=size[0], ColorSpace=space, BitsPerComponent=bits,
        Filter=Name(f"/{kind}"), **more,
    )  # fmt: skip
    return pdf.make_indirect(stream)


def packed(values: np.ndarray, bits: int) -> bytes:
    """H W values of so many bits, rows filled up to bytes."""
    rows = (values[..., None] >> np.arange(bits - 1, -1, -1, dtype=np.uint8) & 1).reshape(len(values), -1)
    return zlib.compress(np.packbits(rows, axis=1).tobytes())


def jpeg(pdf: pikepdf.Pdf, grey: np.ndarray) -> Any:
    content = picture(np.stack([grey] * 3, axis=-1), "JPEG", quality=95)
    return image(pdf, grey.shape, content, "DCTDecode", Name.DeviceRGB, 8)


def grey_jpeg(pdf: pikepdf.Pdf, grey: np.ndarray) -> Any:
    return image(pdf, grey.shape, picture(grey, "JPEG", quality=95), "DCTDecode", Name.DeviceGray, 8)


def rgb(pdf: pikepdf.Pdf, grey: np.ndarray) -> Any:
    content = zlib.compress(np.stack([grey] * 3, axis=-1).tobytes())
    return image(pdf, grey.shape, content, "FlateDecode", Name.DeviceRGB, 8)


def runs(pdf: pikepdf.Pdf, grey: np.ndarray) -> Any:
    content = b"".join(b"\0" + bytes((value,)) for value in grey.ravel().tolist()) + b"\x80"  # runs of one
    return image(pdf, grey.shape, content, "RunLengthDecode", Name.DeviceGray, 8)


def profiled(pdf: pikepdf.Pdf, grey: np.ndarray) -> Any:
    profile = pdf.make_stream(b"any profile", N=1)
    return image(pdf, grey.shape, packed(grey, 8), "FlateDecode", Array([Name.ICCBased, profile]), 8)


def grey_of(bits: int) -> Adding:
    def add(pdf: pikepdf.Pdf, grey: np.ndarray) -> Any:
        return image(pdf, grey.shape, packed(grey >> (8 - bits), bits), "FlateDecode", Name.DeviceGray, bits)

    return add


def indexed(bits: int) -> Adding:
    def add(pdf: pikepdf.Pdf, grey: np.ndarray) -> Any:
        space = Array([Name.Indexed, Name.DeviceRGB, 1, pikepdf.String(b"\xff\xff\xff\0\0\0")])
        return image(pdf, grey.shape, packed((grey < 128).astype(np.uint8), bits), "FlateDecode", space, bits)

    return add


def ccitt(pdf: pikepdf.Pdf, grey: np.ndarray) -> Any:
    parameters = Dictionary(K=-1, Columns=grey.shape[1], Rows=grey.shape[0])
    return image(pdf, grey.shape, fax(grey), "CCITTFaxDecode", Name.DeviceGray, 1, DecodeParms=parameters)


def ccitt_in_bytes(pdf: pikepdf.Pdf, grey: np.ndarray) -> Any:
    """Group 3, each row of which begins with a byte."""
    parameters = Dictionary(K=0, Columns=grey.shape[1], Rows=grey.shape[0], EncodedByteAlign=True)
    code = fax(grey, "tiff_ccitt")
    return image(pdf, grey.shape, code, "CCITTFaxDecode", Name.DeviceGray, 1, DecodeParms=parameters)


def fax(grey: np.ndarray, kind: str = "group4") -> bytes:
    """Fax code, without a file around it."""
    buffer = io.BytesIO()
    Image.fromarray(grey).convert("1").save(buffer, "TIFF", compression=kind, tiffinfo={262: 0, 278: len(grey)})
    with Image.open(buffer) as tiff:
        start, length = tiff.tag_v2[273][0], tiff.tag_v2[279][0]
    return buffer.getvalue()[start : start + length]


def jbig2(pdf: pikepdf.Pdf, grey: np.ndarray) -> Any:
    """A page of one region, which JBIG2 can hold in the code of fax too."""
    height, width = grey.shape
    page = struct.pack(">4IBH", width, height, 0, 0, 0, 0)
    region = struct.pack(">4IBB", width, height, 0, 0, 0, 1) + fax(grey)
    segments = [(48, page), (38, region)]
    content = b"".join(struct.pack(">IBBBI", number, kind, 0, 1, len(inside)) + inside
                       for number, (kind, inside) in enumerate(segments))  # fmt: skip
    return image(pdf, grey.shape, content, "JBIG2Decode", Name.DeviceGray, 1)


def jpeg_2000(pdf: pikepdf.Pdf, grey: np.ndarray) -> Any:
    return image(pdf, grey.shape, picture(grey, "JPEG2000"), "JPXDecode", Name.DeviceGray, 8)


def jpeg_2000_colour(pdf: pikepdf.Pdf, grey: np.ndarray) -> Any:
    """Without a colour space: its own counts."""
    drawn = image(pdf, grey.shape, picture(np.stack([grey] * 3, axis=-1), "JPEG2000"), "JPXDecode", Name.DeviceRGB, 8)
    del drawn["/ColorSpace"]
    return drawn


def jpeg_2000_indexed(pdf: pikepdf.Pdf, grey: np.ndarray) -> Any:
    space = Array([Name.Indexed, Name.DeviceRGB, 1, pikepdf.String(b"\xff\xff\xff\0\0\0")])
    content = picture((grey < 128).astype(np.uint8), "JPEG2000")
    return image(pdf, grey.shape, content, "JPXDecode", space, 8)


def ink_jpeg(pdf: pikepdf.Pdf, grey: np.ndarray) -> Any:
    """CMYK as Adobe's programs write it, inverted."""
    ink = np.zeros((*grey.shape, 4), np.uint8)
    ink[..., 3] = 255 - grey
    buffer = io.BytesIO()
    Image.frombytes("CMYK", grey.shape[::-1], ink.tobytes()).save(buffer, "JPEG", quality=95)
    return image(pdf, grey.shape, buffer.getvalue(), "DCTDecode", Name.DeviceCMYK, 8, Decode=Array([1, 0] * 4))


def wide(pdf: pikepdf.Pdf, grey: np.ndarray) -> Any:
    content = zlib.compress((grey.astype(">u2") * 257).tobytes())
    return image(pdf, grey.shape, content, "FlateDecode", Name.DeviceGray, 16)


def wide_rgb(pdf: pikepdf.Pdf, grey: np.ndarray) -> Any:
    """Of 16 bits with levels between those of 8, in a colour of its own."""
    return image(pdf, grey.shape, zlib.compress(wide_levels(grey).tobytes()), "FlateDecode", Name.DeviceRGB, 16)


def wide_levels(grey: np.ndarray) -> np.ndarray:
    """H W 3 big-endian uint16: ``grey`` in 16 bits, each channel a few levels below."""
    return np.maximum(grey[..., None].astype(int) * 257 - (3, 40, 77), 0).astype(">u2")


def wide_inverted(pdf: pikepdf.Pdf, grey: np.ndarray) -> Any:
    drawn = wide(pdf, 255 - grey)
    drawn["/Decode"] = Array([1, 0])
    return drawn


def inverted(pdf: pikepdf.Pdf, grey: np.ndarray) -> Any:
    return image(pdf, grey.shape, packed(255 - grey, 8), "FlateDecode", Name.DeviceGray, 8, Decode=Array([1, 0]))


def separation(pdf: pikepdf.Pdf, grey: np.ndarray) -> Any:
    function = Dictionary(FunctionType=2, Domain=[0, 1], C0=[0, 0, 0, 0], C1=[0, 0, 0, 1], N=1)
    space = Array([Name.Separation, Name.Black, Name.DeviceCMYK, function])
    return image(pdf, grey.shape, packed(255 - grey, 8), "FlateDecode", space, 8)


def write_pdf(
    path: Path, pages: list[np.ndarray], add: Adding, content: str = "600 0 0 800 0 0 cm /Im Do", **page_keys: Any
) -> Path:
    """A PDF of H W uint8 pages; ``content`` draws the image /Im of each, on a page of 600 x 800."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with pikepdf.new() as pdf:
        for pixels in pages:
            page = pdf.add_blank_page(page_size=(600, 800))
            page.obj["/Resources"] = Dictionary(XObject=Dictionary(Im=add(pdf, pixels)))
            page.obj["/Contents"] = pdf.make_stream(f"q {content} Q % a remark".encode())
            for key, value in page_keys.items():
                page.obj[f"/{key}"] = value
        pdf.docinfo["/Title"] = "A book"
        pdf.Root["/PieceInfo"] = pdf.make_stream(zlib.compress(b"of another program"), Filter=Name.FlateDecode)
        pdf.save(path)
    return path


def all_but_images(path: Path) -> list[object]:
    """Raw bytes of all streams, images apart, and what pages and images say, in an order that numbers do not change."""
    with pikepdf.open(path) as pdf:
        streams = [one for one in pdf.objects if isinstance(one, pikepdf.Stream)]
        raw = [
            bytes(one.read_raw_bytes()) for one in streams if one.get("/Type") not in ("/XObject", "/XRef", "/ObjStm")
        ]
        boxes = [(str(list(page.mediabox)), str(page.obj.get("/Rotate", 0)), str(page.obj.get("/CropBox", "")))
                 for page in pdf.pages]  # fmt: skip
        return [sorted(raw), boxes, str(pdf.docinfo["/Title"]), len(streams)]
