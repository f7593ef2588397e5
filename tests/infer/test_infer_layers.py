"""``--layers``: files for image editors beside the clean pages, of every kind of page."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
import pytest
from icc_profiles import dark_grey, ink, wide_rgb
from infer_command import files, run
from PIL import Image, ImageCms
from psd_tools import PSDImage
from psd_tools.composite import composite
from psd_tools.constants import Resource
from standin_model import lettered_page

from textrm.page.layers.ora import composed, read_ora
from textrm.pictures.colour import srgb_profile
from textrm.pictures.formats.planes import planes
from textrm.pictures.formats.png import encode_16_bit
from textrm.pictures.page import Page
from textrm.pictures.read import read

LETTERS = lettered_page()[..., 0] == 0


def noisy(channels: int) -> np.ndarray:
    """Light paper that is nowhere the same, with black letters."""
    paper = np.random.default_rng(0).integers(180, 220, (*LETTERS.shape, channels), dtype=np.uint8)
    paper[LETTERS] = 0
    return paper


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def pages() -> dict[str, bytes]:
    cmyk = np.dstack([noisy(3) // 8, np.where(LETTERS, np.uint8(255), np.uint8(3))])
    rgb, grey = Image.fromarray(noisy(3)), Image.fromarray(noisy(1)[..., 0])
    return {
        "rgb.png": encoded(rgb, "PNG"), "wide.png": encoded(rgb, "PNG", icc_profile=wide_rgb()),
        "grey.png": encoded(grey, "PNG"), "dark.png": encoded(grey, "PNG", icc_profile=dark_grey()),
        "bits.png": encoded(grey.convert("1"), "PNG"), "ink.tif": encoded(Image.fromarray(cmyk, "CMYK"), "TIFF"),
        "printed.tif": encoded(Image.fromarray(cmyk, "CMYK"), "TIFF", icc_profile=ink()),
        "16.png": encode_16_bit(noisy(3).astype(np.uint16) * 257 + 3 * ~LETTERS[..., None]),
        "grey16.png": encode_16_bit(noisy(1).astype(np.uint16) * 257),
    }  # fmt: skip


def values(page: Page) -> np.ndarray:
    """H W C, one channel where it is grey."""
    shown = planes(page)
    return shown[..., :1] if page.mode in ("1", "L") else shown


def shown(psd: PSDImage, like: np.ndarray) -> np.ndarray:
    stored = np.round(np.float64(composite(psd, force=True)[0]) * np.iinfo(like.dtype).max).astype(like.dtype)
    return ~stored if like.shape[2] == 4 else stored


@pytest.mark.parametrize("name", list(pages()))
def test_a_psd_shows_the_clean_page_and_holds_the_page(name: str, model_file: Path, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(pages()[name])
    out = tmp_path / "out"
    assert run(model_file, tmp_path / name, "-o", out, "--layers", "psd").exit_code == 0
    before, after = (values(read(path)) for path in (tmp_path / name, out / name))
    psd = PSDImage.open(out / f"{Path(name).stem}.psd")
    assert not np.array_equal(before, after)
    assert np.array_equal(shown(psd, after), after)
    for layer in psd.descendants():
        layer.visible = True
    assert np.array_equal(shown(psd, before), before)
    profile = Image.open(tmp_path / name).info.get("icc_profile") if "16" not in name else None
    embedded = psd.image_resources.get_data(Resource.ICC_PROFILE)
    if name == "16.png":  # or Krita would take it for linear light
        told = ImageCms.ImageCmsProfile(io.BytesIO(embedded)).profile
        assert (told.xcolor_space.strip(), told.profile_description) == ("RGB", "sRGB built-in")
        assert embedded == srgb_profile()
    else:
        assert embedded == profile
    assert [layer.name for layer in psd.descendants()][-1].split()[0] == "1"


@pytest.mark.parametrize("name", ["rgb.png", "grey.png", "wide.png"])
def test_openraster_shows_the_clean_page_in_srgb(name: str, model_file: Path, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(pages()[name])
    out = tmp_path / "out"
    result = run(model_file, tmp_path / name, "-o", out, "--layers", "ora")
    assert result.exit_code == 0
    assert ("its layers are in sRGB" in result.output) == (name == "wide.png")
    layers = read_ora((out / f"{name[:-4]}.ora").read_bytes())
    after = read(out / name).image
    picture = composed(layers, after.shape[:2])
    if name == "wide.png":
        assert not np.array_equal(picture, after)
        assert np.array_equal(layers[0].pixels[90:, :, :3], picture[90:])
    elif name == "rgb.png":
        assert np.array_equal(picture, after)
    else:
        assert np.abs(picture.astype(int) - after).max() <= 1
    assert layers[-1].name == "lettering/1 dialogue" or layers[-1].name.startswith("lettering/1 ")


@pytest.mark.parametrize(
    ("name", "kind"), [("ink.tif", "CMYK"), ("16.png", "of 16 bits"), ("grey16.png", "of 16 bits")]
)
def test_what_openraster_cannot_hold_is_told_and_the_page_is_there(
    name: str, kind: str, model_file: Path, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(pages()[name])
    result = run(model_file, tmp_path / name, "-o", tmp_path / "out", "--layers", "ora", "--mask")
    assert result.exit_code == 1
    stem = name.partition(".")[0]
    assert f"{stem}.ora is not written: OpenRaster has RGB of 8 bits, and the page is {kind}" in result.output
    assert "1 page cleaned, 1 failed" in result.output
    assert files(tmp_path / "out") == sorted([name, f"{stem}.mask.png"])


def test_a_strip_that_is_too_long_for_a_psd_costs_no_page(model_file: Path, tmp_path: Path) -> None:
    Image.new("L", (16, 30_016), "white").save(tmp_path / "strip.png")
    result = run(model_file, tmp_path / "strip.png", "-o", tmp_path / "out", "--layers", "psd")
    assert result.exit_code == 1
    (line,) = [line for line in result.output.splitlines() if line.startswith("failed: ")]
    assert "a PSD has at most 30000 pixels a side, and the page is 16 x 30016: --layers ora has no such limit" in line
    assert files(tmp_path / "out") == ["strip.png"]


def test_transparency_is_told(model_file: Path, tmp_path: Path) -> None:
    page = np.dstack([noisy(3), np.where(np.arange(80) < 60, np.uint8(255), np.uint8(0)) * np.ones((96, 1), np.uint8)])
    Image.fromarray(page).save(tmp_path / "1.png")
    result = run(model_file, tmp_path / "1.png", "-o", tmp_path / "out", "--layers", "psd")
    assert result.exit_code == 0
    assert "1.png: what is transparent is white in its layers" in result.output
    psd = PSDImage.open(tmp_path / "out" / "1.psd")
    assert (shown(psd, noisy(3))[:, 60:] == 255).all()


def test_without_the_extra_one_line_tells_what_to_install(
    model_file: Path, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psd_tools", None)
    monkeypatch.delitem(sys.modules, "textrm.page.layers.psd", raising=False)
    result = run(model_file, book, "-o", tmp_path / "out", "--layers", "psd")
    assert result.exit_code == 1
    assert result.output == ("error: --layers psd: this needs psd_tools, which is not installed: pip install "
                             "'textrm[layers]'\n")  # fmt: skip
    assert not (tmp_path / "out").exists()
    assert run(model_file, book, "-o", tmp_path / "out", "--layers", "ora").exit_code == 0
    assert files(tmp_path / "out") == ["1.ora", "1.png", "2.jpg", "2.ora", "two/3.ora", "two/3.png"]


def test_pages_with_their_layers_are_done(model_file: Path, book: Path, tmp_path: Path) -> None:
    arguments = (book, "-o", tmp_path / "out", "--layers", "ora")
    assert "3 pages cleaned" in run(model_file, *arguments).output
    assert "3 were done already" in run(model_file, *arguments).output
    (tmp_path / "out" / "1.ora").unlink()
    assert "1 page cleaned, 2 were done already" in run(model_file, *arguments).output
