#!/usr/bin/env bash
# pikepdf applies /Decode to images that are packed, and leaves it out where they are JPEG.
#
# Versions: pikepdf 10.18.0, pypdfium2 5.15.2, Pillow 13.0.0, numpy 2.4.6.
# Expected: PdfImage(...).as_pil_image() gives a picture as the page shows it, whatever it is packed in: of a white image with
#   /Decode [1 0] a black one.
# Seen: it does so for Flate. Of a grey JPEG with /Decode [1 0] it is white where PDFium's page is black. Of a CMYK JPEG as
#   Adobe's programs and Pillow write it, ink inverted, it is the same with /Decode [1 0 1 0 1 0 1 0] and without any, where
#   PDFium's page is white with it and black without. No warning is given.
# Exit status 1 where that has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check pypdfium2==5.15.2 pikepdf==10.18.0 \
  pillow==13.0.0 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" -W ignore - <<'PYTHON'
import io
import sys
import zlib

import numpy as np
import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name
from PIL import Image


def both(picture, space, decode, packed=False):
    """The first value of as_pil_image(), and how light PDFium shows the page, for a picture of one colour."""
    content, file = io.BytesIO(), io.BytesIO()
    picture.save(content, "JPEG", quality=95)
    data, way = (zlib.compress(picture.tobytes()), Name.FlateDecode) if packed else (content.getvalue(), Name.DCTDecode)
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=picture.size).obj
        more = {"Decode": Array(decode)} if decode else {}
        image = pdf.make_stream(data, Type=Name.XObject, Subtype=Name.Image, Width=picture.width, Height=picture.height,
                                BitsPerComponent=8, ColorSpace=space, Filter=way, **more)
        page.Resources = Dictionary(XObject=Dictionary(Im=image))
        page.Contents = pdf.make_stream(b"%d 0 0 %d 0 0 cm /Im Do" % picture.size)
        pdf.save(file)
        told = np.asarray(pikepdf.PdfImage(image).as_pil_image())[0, 0].tolist()
    with pypdfium2.PdfDocument(file.getvalue()) as document:
        return told, int(np.asarray(document[0].render(scale=1).to_pil().convert("L"))[0, 0])


white, paper = Image.new("L", (16, 16), 255), Image.new("CMYK", (16, 16), (0, 0, 0, 0))
seen = {
    "grey, Flate, [1 0]": both(white, Name.DeviceGray, [1, 0], packed=True),
    "grey, JPEG, [1 0]": both(white, Name.DeviceGray, [1, 0]),
    "grey, JPEG, none": both(white, Name.DeviceGray, None),
    "ink, JPEG, [1 0 ...]": both(paper, Name.DeviceCMYK, [1, 0] * 4),
    "ink, JPEG, none": both(paper, Name.DeviceCMYK, None),
}
print("(as_pil_image, how light the page is)", seen)
none = [0, 0, 0, 0]
sys.exit(list(seen.values()) != [(0, 0), (255, 0), (255, 255), (none, 255), (none, 0)])
PYTHON
