"""What a picture file says beside its pixels; what of it is odd is dropped and told, and costs no page."""

from __future__ import annotations

from typing import BinaryIO

from PIL import Image, JpegImagePlugin

from textrm.pictures.formats import tiff
from textrm.pictures.formats.png_chunks import Chunks
from textrm.pictures.page import ORIENTATION, Page

# Pixels across and down per sample of each component, and Pillow's number for it: 4:2:2 and 4:2:0.
_SAMPLINGS: dict[tuple[tuple[int, int], ...], int] = {((1, 1), (2, 1), (2, 1)): 1, ((1, 1), (2, 2), (2, 2)): 2}


def exif_of(picture: Image.Image, notes: list[str]) -> Image.Exif:
    """The EXIF of a picture; empty where it is broken, which is noted."""
    try:
        Image.Exif().load(picture.info.get("exif") or b"")  # opening a JPEG swallows what this raises
        exif = picture.getexif()
        exif.get(ORIENTATION)
    except Exception as error:  # parsers raise nearly anything on what is odd
        notes.append(f"its EXIF is broken ({_words(error)}): it is dropped")
        picture.info.pop("exif", None)
        return Image.Exif()
    return exif


def describe(page: Page, picture: Image.Image, file: BinaryIO, chunks: Chunks | None) -> None:
    """Note what the file says beside its pixels; ``chunks`` are of a PNG."""
    info = picture.info
    kept = {name: info[name] for name in ("icc_profile", "exif", "dpi", "xmp", "comment") if info.get(name)}
    if chunks is not None:
        page.chunks = [entry for entry in chunks.metadata if entry[0] != b"eXIf" or "exif" in info]
        kept |= {"icc_profile": chunks.icc_profile} if chunks.icc_profile else {}
    elif page.format == "JPEG":
        kept["progressive"] = bool(info.get("progressive"))
        if len(kept.get("xmp", b"")) > 65000:
            del kept["xmp"]  # was spread over several segments, which Pillow does not write
            page.notes.append("its XMP is longer than Pillow writes it: it is dropped")
        kept["keep_rgb"] = page.mode == "RGB" and info.get("adobe_transform") == 0
        if isinstance(picture, JpegImagePlugin.JpegImageFile):
            kept["qtables"] = picture.quantization
            kept["subsampling"] = _sampling(picture, page.notes)
            parts = [content for name, content in picture.applist if name == "APP2"]
            if "icc_profile" not in kept and any(content.startswith(b"ICC_PROFILE\0") for content in parts):
                page.notes.append("its ICC profile is not whole: it is dropped")
    elif page.format == "WEBP":
        lossless = _webp_is_lossless(file)
        kept |= {"lossless": True, "exact": True} if lossless else {"quality": 95, "method": 4}
    elif page.format == "TIFF":
        page.exif = tiff.descriptive_tags(page.exif, page.notes)
        kept |= {"compression": tiff.compression(info.get("compression"), page.exif), "exif": page.exif}
        kept.pop("xmp", None)  # the tags hold them
        kept.pop("dpi", None)
    elif page.format == "GIF":
        kept |= {name: info[name] for name in ("transparency", "background") if name in info}
        kept["optimize"] = False
    page.save = kept


def _sampling(picture: JpegImagePlugin.JpegImageFile, notes: list[str]) -> int:
    """Pillow's number for the resolution of a JPEG's colour; what Pillow cannot write is noted and written in full.

    OpenCV writes 4:4:0 and 4:1:1, but neither the source's quantisation tables nor its metadata, which matter more.
    """
    factors = [(across, down) for _, across, down, _ in picture.layer]
    most = max(across for across, _ in factors), max(down for _, down in factors)
    steps = tuple((most[0] // across, most[1] // down) for across, down in factors)
    if set(steps) == {(1, 1)}:
        return 0
    if steps not in _SAMPLINGS:
        across, down = max(steps)
        notes.append(f"its colour, stored once per {across}x{down} pixels, is written for each")
    return _SAMPLINGS.get(steps, 0)


def _webp_is_lossless(file: BinaryIO) -> bool:
    file.seek(12)
    while len(head := file.read(8)) == 8:
        if head[:4] in (b"VP8 ", b"VP8L"):
            return head[:4] == b"VP8L"
        length = int.from_bytes(head[4:], "little")
        # An animation's frame holds its picture 16 bytes into the chunk.
        file.seek(16 if head[:4] == b"ANMF" else length + length % 2, 1)
    return False


def _words(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
