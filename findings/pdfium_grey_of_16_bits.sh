#!/usr/bin/env bash
# PDFium shows grey of 16 bits a level darker than the same values as RGB.
#
# Versions: pypdfium2 5.15.2, pikepdf 10.18.0, Pillow 13.0.0, numpy 2.4.6.
# Expected: an image of a PDF with R = G = B looks as the same image in one channel of grey, pixel for pixel, whatever way
#   16 bits are cut to 8.
# Seen: RGB of 16 bits is v // 256. Grey of 16 bits is v // 257, and for eight values one less: 32648 of 65536 values are
#   one level darker than in RGB, among them 256 (0, and 1 in RGB) and 65280 (254, and 255). Grey of 8 bits is exact.
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

import numpy as np
import pikepdf
import pypdfium2
from pikepdf import Dictionary, Name


def shown(pixels, bits):
    """The first channel of what PDFium makes of H W C pixels that fill a page, one point each."""
    height, width, channels = pixels.shape
    file = io.BytesIO()
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(width, height)).obj
        image = pdf.make_stream(
            pixels.astype(">u2" if bits == 16 else "u1").tobytes(), Type=Name.XObject, Subtype=Name.Image, Width=width,
            Height=height, BitsPerComponent=bits, ColorSpace=Name.DeviceGray if channels == 1 else Name.DeviceRGB)
        page.Resources = Dictionary(XObject=Dictionary(Im=image))
        page.Contents = pdf.make_stream(f"{width} 0 0 {height} 0 0 cm /Im Do".encode())
        pdf.save(file)
    with pypdfium2.PdfDocument(file.getvalue()) as document:
        return np.asarray(document[0].render(scale=1).to_pil().convert("RGB"))[..., 0].ravel().astype(int)


values = np.arange(65536).reshape(256, 256, 1)
grey, colour = shown(values, 16), shown(np.repeat(values, 3, 2), 16)
eight = shown(np.arange(256).reshape(16, 16, 1), 8)
numbers = values.ravel()
off = numbers // 257 - grey
print("grey of 16 bits is v // 257, but for", int(off.sum()), "values:", numbers[off > 0].tolist())
print("RGB of 16 bits is v // 256:", (colour == numbers // 256).all())
print("values that are darker in grey:", int((grey < colour).sum()), "brighter:", int((grey > colour).sum()))
print("256 and 65280:", grey[[256, 65280]].tolist(), "in grey,", colour[[256, 65280]].tolist(), "in RGB")
exact = (colour == numbers // 256).all() and (eight == np.arange(256)).all()
sys.exit(not exact or int((grey < colour).sum()) != 32648 or set(off.tolist()) != {0, 1} or int(off.sum()) != 8)
PYTHON
