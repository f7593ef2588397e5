"""Small books of every format, and what must hold of one: pages are read and replaced, and all else stays."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import libarchive
import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image

from benchmarks.fuzz.check import MAX_PIXELS, refused
from benchmarks.fuzz.pictures import changed
from textrm.errors import UserError
from textrm.files import replacing
from textrm.page.books.book import Book, Member
from textrm.page.books.opening import open_book
from textrm.page.books.pdf import pictures
from textrm.page.books.pdf.fax import group4
from textrm.pictures.page import Page
from textrm.pictures.read import read_open

_SIDE = (24, 32)
pictures.MAX_PIXELS = MAX_PIXELS  # as of single pictures


def check_book(data: bytes, folder: Path) -> tuple[bool, list[str]]:
    """Read its pages, change all that can be read, and read the book that is written then."""
    path, written, replaced = folder / "book", folder / "written", folder / "page"
    path.write_bytes(data)
    results: dict[int, Path] = {}
    try:
        book = open_book(path, folder / "work")
        pages = book.contents().pages
        book.prepare()
        before = {member: _read(book, member) for member in pages}
        for member, page in before.items():
            if isinstance(page, Page):
                results[member.number] = replaced.with_name(f"page-{member.number}")
                results[member.number].write_bytes(changed(page)[0])
        with replacing(written) as file:
            book.write(file, results)
    except UserError as error:
        return refused(error)
    faults = ["a message of several lines" for page in before.values() if isinstance(page, str) and "\n" in page]
    try:
        again = open_book(written, folder / "again")
        if again.contents().pages != pages:
            return True, [*faults, "the book that was written has other pages"]
        again.prepare()
    except UserError as error:
        return True, [*faults, f"the book that was written cannot be read: {error}"]
    for member, page in before.items():
        after = _read(again, member)
        if isinstance(page, str):  # where two places of a book do not agree, it may be read then
            continue
        with results[member.number].open("rb") as file:
            wanted = read_open(file, MAX_PIXELS, member.orientation)
        if isinstance(after, str):
            faults.append(f"{member.name} cannot be read when it is written: {after:.80}")
        elif after.image.shape != wanted.image.shape or (after.image != wanted.image).any():
            faults.append(f"{member.name} has other pixels than were written")
    return bool(results), faults


def book_seeds() -> Iterator[tuple[str, bytes]]:
    """Whole books by what they are."""
    grey = np.random.default_rng(4).integers(0, 256, _SIDE, np.uint8)
    files = {"info.xml": b"<ComicInfo/>", "1.png": _saved(grey, "PNG"), "2.jpg": _saved(grey, "JPEG")}
    for packing in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", packing) as archive:
            archive.comment = b"scanned by hand"
            for name, content in files.items():
                archive.writestr(zipfile.ZipInfo(name, (2001, 2, 3, 4, 5, 6)), content, packing)
        yield f"ZIP {packing}", buffer.getvalue()
    packed = bytearray()

    def take(part: bytes) -> int:
        packed.extend(part)
        return len(part)

    with libarchive.custom_writer(take, "7zip") as archive:
        for name, content in files.items():
            archive.add_file_from_memory(name, len(content), content)
    yield "7z", bytes(packed)
    yield "RAR", _rar(files)
    for name, image in _images(grey):
        yield f"PDF {name}", _pdf(image)


def _images(grey: np.ndarray) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the dictionaries of images say, with the packed bytes as ``data``."""
    plain, fax = grey.tobytes(), group4(Image.fromarray(grey))
    colours = Array([Name.Indexed, Name.DeviceRGB, 255, pikepdf.String(bytes(range(256)) * 3)])
    ink = Dictionary(FunctionType=2, Domain=[0, 1], C0=[0, 0, 0, 0], C1=[0, 0, 0, 1], N=1)
    predicted = b"".join(b"\2" + bytes(row) for row in np.diff(grey, axis=0, prepend=np.zeros((1, 32), np.uint8)))
    for name, kind, data, space, bits, more in (
        ("JPEG", "DCT", _saved(grey, "JPEG"), Name.DeviceGray, 8, {}),
        ("JPEG 2000", "JPX", _saved(grey, "JPEG2000"), Name.DeviceGray, 8, {}),
        ("grey", "Flate", zlib.compress(plain), Name.DeviceGray, 8, {}),
        ("predicted", "Flate", zlib.compress(predicted), Name.DeviceGray, 8,
         {"DecodeParms": Dictionary(Predictor=12, Columns=32)}),
        ("colours", "Flate", zlib.compress(plain * 3), Name.DeviceRGB, 8, {}),
        ("4 bit", "Flate", zlib.compress(plain[: len(plain) // 2]), Name.DeviceGray, 4, {}),
        ("indexed", "Flate", zlib.compress(plain), colours, 8, {}),
        ("runs", "RunLength", b"".join(b"\x7f" + plain[at : at + 128] for at in range(0, len(plain), 128)),
         Name.DeviceGray, 8, {}),
        ("hex", "ASCIIHex", plain.hex().encode() + b">", Name.DeviceGray, 8, {}),
        ("ink", "Flate", zlib.compress(plain), Array([Name.Separation, Name.Black, Name.DeviceCMYK, ink]), 8, {}),
        ("fax", "CCITTFax", fax, Name.DeviceGray, 1, {"DecodeParms": Dictionary(K=-1, Columns=32, Rows=24)}),
        ("JBIG2", "JBIG2", _jbig2(fax), Name.DeviceGray, 1, {}),
    ):  # fmt: skip
        told = {"Filter": Name(f"/{kind}Decode"), "ColorSpace": space, "BitsPerComponent": bits}
        yield name, {"data": data, "Width": 32, "Height": 24, **told, **more}


def _pdf(told: dict[str, Any]) -> bytes:
    """Two pages that show the image, one of them turned and by way of a form."""
    buffer, data = io.BytesIO(), told.pop("data")
    with pikepdf.new() as pdf:
        image = pdf.make_stream(data, Type=Name.XObject, Subtype=Name.Image, **told)
        form = pdf.make_stream(b"/Im Do", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 1, 1],
                               Resources=Dictionary(XObject=Dictionary(Im=image)))  # fmt: skip
        for drawn, turn in ((image, 0), (form, 90)):
            page = pdf.add_blank_page(page_size=(32, 24)).obj
            page["/Resources"], page["/Rotate"] = Dictionary(XObject=Dictionary(Im=drawn)), turn
            page["/Contents"] = pdf.make_stream(b"q 32 0 0 24 0 0 cm /Im Do Q BT 3 Tr (words) Tj ET")
        pdf.save(buffer, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return buffer.getvalue()


def _rar(files: dict[str, bytes]) -> bytes:
    """Of version 4, stored: what anybody may write."""

    def block(kind: int, flags: int, body: bytes) -> bytes:
        head = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
        return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head

    content = b"Rar!\x1a\x07\0" + block(0x73, 0, bytes(6))
    for name, data in files.items():
        sizes = struct.pack("<LLBL", len(data), len(data), 3, zlib.crc32(data))
        rest = struct.pack("<LBBHL", 0x2A432085, 20, 0x30, len(name.encode()), 0o100644)
        content += block(0x74, 0x8000, sizes + rest + name.encode()) + data
    return content + block(0x7B, 0x4000, b"")


def _jbig2(fax: bytes) -> bytes:
    """A page of one region, which holds fax code."""
    page = struct.pack(">4IBH", 32, 24, 0, 0, 0, 0)
    region = struct.pack(">4IBB", 32, 24, 0, 0, 0, 1) + fax
    return b"".join(struct.pack(">IBBBI", number, kind, 0, 1, len(inside)) + inside
                    for number, (kind, inside) in enumerate(((48, page), (38, region))))  # fmt: skip


def _saved(pixels: np.ndarray, kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


def _read(book: Book, member: Member) -> Page | str:
    """A page, or why there is none."""
    try:
        return read_open(io.BytesIO(book.read(member)), MAX_PIXELS, member.orientation)
    except UserError as error:
        return str(error)
