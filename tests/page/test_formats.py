"""Reading a page and writing the same kind of file again."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms, JpegImagePlugin, PngImagePlugin

from textrm.errors import UserError
from textrm.page import tiff
from textrm.page.png import encode_16_bit
from textrm.page.read import Page, read
from textrm.page.write import encode

ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.fixture
def picture() -> Image.Image:
    """Smooth colours and a black bar, 48 x 40."""
    y, x = np.mgrid[:40, :48]
    pixels = np.stack([100 + 2 * x, 200 - 2 * y, 90 + x + y], 2).astype(np.uint8)
    pixels[8:14, 10:30] = 0
    return Image.fromarray(pixels)


def bar_filled(page: Page) -> tuple[np.ndarray, np.ndarray]:
    """The page as if its bar had been lettering, white now, and where."""
    filled = np.zeros(page.image.shape[:2], np.uint8)
    filled[6:16, 8:32] = 1
    image = page.image.copy()
    image[filled != 0] = 255
    return image, filled


def rewritten(path: Path, as_png: bool = False) -> Path:
    page = read(path)
    image, filled = bar_filled(page)
    target = path.with_name("out" + (".png" if as_png else path.suffix))
    target.write_bytes(encode(page, image, filled, as_png))
    return target


def differences(path: Path, target: Path) -> tuple[int, int]:
    """Largest difference outside the bar to the source, inside to white, in 8-bit RGB as shown."""
    before, after = read(path).image, read(target).image
    _, filled = bar_filled(read(path))
    outside = np.abs(after.astype(int) - before)[filled == 0]
    return int(outside.max()), int(255 - after[filled != 0].min())


@pytest.mark.parametrize(
    ("mode", "suffix"),
    [
        *((mode, ".png") for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
        *((mode, ".tif") for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK")),
        *((mode, ".bmp") for mode in ("1", "L", "P", "RGB")),
        *((mode, ".gif") for mode in ("L", "P")),
    ],
)  # fmt: skip
def test_lossless_formats_keep_mode_and_every_other_pixel(
    picture: Image.Image, tmp_path: Path, mode: str, suffix: str
) -> None:
    path = tmp_path / f"page{suffix}"
    converted = picture.convert("L").convert(mode) if mode in ("LA", "I;16") else picture.convert(mode)
    if mode == "P":
        converted = picture.quantize(16)
    converted.save(path)
    with Image.open(path) as source, Image.open(rewritten(path)) as result:
        assert (result.mode, result.size, result.format) == (source.mode, source.size, source.format)
        _, filled = bar_filled(read(path))
        kept = filled == 0
        assert np.array_equal(np.asarray(result)[kept], np.asarray(source)[kept])
        assert (np.asarray(result)[~kept] != np.asarray(source)[~kept]).any()
        if mode == "P":
            assert result.getpalette()[:48] == source.getpalette()[:48]
    outside, inside = differences(path, rewritten(path))
    assert outside == 0
    assert inside == 0 or mode == "P" or suffix == ".gif"


@pytest.mark.parametrize(
    ("channels", "suffix"), [(1, ".png"), (3, ".png"), (4, ".png"), (1, ".tif"), (3, ".tif"), (4, ".tif")]
)
@pytest.mark.parametrize("as_png", [False, True])
def test_16_bits_are_kept(tmp_path: Path, channels: int, suffix: str, as_png: bool) -> None:
    pixels = np.random.default_rng(0).integers(0, 65536, (40, 48, channels), dtype=np.uint16)
    if channels == 4:
        pixels[..., 3] |= 1
    path = tmp_path / f"page{suffix}"
    cv2.imwrite(str(path), pixels)
    result = cv2.imread(str(rewritten(path, as_png)), cv2.IMREAD_UNCHANGED).reshape(pixels.shape)
    assert result.dtype == np.uint16
    _, filled = bar_filled(read(path))
    assert np.array_equal(result[filled == 0], pixels[filled == 0])
    assert (result[filled != 0][:, :3] == 65535).all()
    if channels == 4:
        assert np.array_equal(result[..., 3], pixels[..., 3])


def test_16_bit_grey_and_alpha(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(1, 65536, (40, 48, 2), dtype=np.uint16)
    path = tmp_path / "page.png"
    path.write_bytes(encode_16_bit(pixels))
    page, again = read(path), read(rewritten(path))
    assert page.mode == again.mode == "LA"
    assert page.stored is not None
    assert again.stored is not None
    assert np.array_equal(page.stored, pixels)
    assert np.array_equal(again.stored[20:], pixels[20:])
    assert (again.stored[10, 10:20, 0] == 65535).all()


@pytest.mark.parametrize(("quality", "subsampling", "progressive"), [(92, 0, False), (75, 2, True), (60, 1, False)])
def test_jpeg_keeps_tables_sampling_and_metadata(
    picture: Image.Image, tmp_path: Path, quality: int, subsampling: int, progressive: bool
) -> None:
    exif = picture.getexif()
    exif[0x010F] = "Maker"
    path = tmp_path / "page.jpg"
    picture.save(path, quality=quality, subsampling=subsampling, progressive=progressive, icc_profile=ICC, exif=exif,
                 dpi=(300, 300), comment=b"hello")  # fmt: skip
    with Image.open(path) as source, Image.open(rewritten(path)) as result:
        assert result.quantization == source.quantization
        assert JpegImagePlugin.get_sampling(result) == subsampling
        assert bool(result.info.get("progressive")) == progressive
        for name in ("icc_profile", "exif", "dpi", "comment"):
            assert result.info[name] == source.info[name]
    before, after = read(path).image.astype(int), read(rewritten(path)).image.astype(int)
    assert np.abs(after - before)[32:].max() <= 6  # blocks away from the bar lose next to nothing


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_grey_and_cmyk_jpeg(picture: Image.Image, tmp_path: Path, mode: str) -> None:
    path = tmp_path / "page.jpg"
    picture.convert(mode).save(path, quality=95)
    with Image.open(rewritten(path)) as result:
        assert result.mode == mode
    outside, inside = differences(path, rewritten(path, as_png=True))
    assert (outside, inside) == (0, 0)
    if mode == "CMYK":
        page = read(path)
        encode(page, *bar_filled(page), as_png=True)
        assert page.notes == ["CMYK is written as RGB: PNG holds no CMYK"]


def test_rgb_jpeg_stays_rgb(picture: Image.Image, tmp_path: Path) -> None:
    path = tmp_path / "page.jpg"
    picture.save(path, quality=95, keep_rgb=True)
    with Image.open(rewritten(path)) as result:
        assert result.info["adobe_transform"] == 0


@pytest.mark.parametrize("lossless", [True, False])
def test_webp(picture: Image.Image, tmp_path: Path, lossless: bool) -> None:
    path = tmp_path / "page.webp"
    picture.save(path, lossless=lossless, icc_profile=ICC)
    target = rewritten(path)
    assert (b"VP8L" in target.read_bytes()[:5000]) == lossless
    outside, inside = differences(path, target)
    assert (outside, inside) == (0, 0) if lossless else outside < 30
    with Image.open(target) as result:
        assert result.info["icc_profile"] == ICC


def test_alpha_is_kept(picture: Image.Image, tmp_path: Path) -> None:
    picture.putalpha(Image.fromarray(np.arange(48, dtype=np.uint8)[None].repeat(40, 0)))
    path = tmp_path / "page.png"
    picture.save(path)
    with Image.open(rewritten(path)) as result:
        assert np.array_equal(np.asarray(result)[..., 3], np.asarray(picture)[..., 3])


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 7])
def test_rotated_pages_are_upright_inside_and_shown_the_same(
    picture: Image.Image, tmp_path: Path, suffix: str, orientation: int
) -> None:
    exif = picture.getexif()
    exif[0x0112] = orientation
    path = tmp_path / f"page{suffix}"
    picture.save(path, exif=exif, **({"quality": 100, "subsampling": 0} if suffix == ".jpg" else {"lossless": True}))
    shape = (48, 40, 3) if orientation > 4 else (40, 48, 3)
    assert read(path).image.shape == shape
    for as_png in (False, True):
        outside, inside = differences(path, rewritten(path, as_png))
        exact = as_png or suffix != ".jpg"
        assert (outside, inside) == (0, 0) if exact else max(outside, inside) < 50
    with Image.open(rewritten(path, as_png=True)) as result:
        assert result.getexif().get(0x0112, 1) == (orientation if suffix == ".png" else 1)


def test_png_metadata_is_kept_byte_for_byte(picture: Image.Image, tmp_path: Path) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Title", "page one")
    info.add_itxt("Author", "誰か", zip=True)
    info.add(b"gAMA", (45455).to_bytes(4, "big"))
    path = tmp_path / "page.png"
    picture.save(path, pnginfo=info, icc_profile=ICC, dpi=(600, 600))
    with Image.open(rewritten(path)) as result:
        result.load()
        assert result.text == {"Title": "page one", "Author": "誰か"}
        assert result.info["gamma"] == pytest.approx(0.45455)
        assert result.info["icc_profile"] == ICC
        assert result.info["dpi"] == pytest.approx((600, 600), abs=0.1)


def test_tiff_keeps_tags_and_compression(picture: Image.Image, tmp_path: Path) -> None:
    exif = picture.getexif()
    exif[0x0131] = "a scanner"
    path = tmp_path / "page.tif"
    picture.save(path, compression="tiff_lzw", exif=exif, dpi=(300, 300), icc_profile=ICC)
    with Image.open(rewritten(path)) as result:
        assert result.info["compression"] == "tiff_lzw"
        assert result.info["dpi"] == (300, 300)
        assert result.info["icc_profile"] == ICC
        assert result.getexif()[0x0131] == "a scanner"


@pytest.mark.parametrize("wide", [False, True])
def test_tiff_keeps_its_exif_directory(picture: Image.Image, tmp_path: Path, wide: bool) -> None:
    exif = picture.getexif()
    exif.get_ifd(0x8769)[0x9003] = "2020:01:02 03:04:05"
    exif[0x8769] = 0  # says that there is such a directory
    path = tmp_path / "page.tif"
    if wide:
        path.write_bytes(tiff.encode_16_bit(np.zeros((40, 48, 3), np.uint16), exif, ICC))
    else:
        picture.save(path, exif=exif, icc_profile=ICC)
    with Image.open(rewritten(path)) as result:
        assert result.getexif().get_ifd(0x8769)[0x9003] == "2020:01:02 03:04:05"
        assert result.info["icc_profile"] == ICC


def test_metadata_survive_the_change_to_png(picture: Image.Image, tmp_path: Path) -> None:
    exif = picture.getexif()
    exif[0x010F] = "Maker"
    exif[0x0112] = 6
    path = tmp_path / "page.jpg"
    picture.save(path, icc_profile=ICC, exif=exif, dpi=(300, 300))
    with Image.open(rewritten(path, as_png=True)) as result:
        assert result.info["icc_profile"] == ICC
        assert result.info["dpi"] == pytest.approx((300, 300), abs=0.1)
        assert dict(result.getexif()) == {0x010F: "Maker", 0x0112: 1}


def test_transparent_gif_becomes_transparent_png(picture: Image.Image, tmp_path: Path) -> None:
    path = tmp_path / "page.gif"
    paletted = picture.quantize(15)
    paletted.save(path, transparency=3)
    for as_png in (False, True):
        with Image.open(rewritten(path, as_png)) as result, Image.open(path) as source:
            before, after = np.asarray(source.convert("RGBA")), np.asarray(result.convert("RGBA"))
            assert (before[..., 3] == 0).any()
            assert np.array_equal(before[..., 3], after[..., 3])


def test_tiff_of_16_bits_with_white_as_zero_is_not_read_as_a_negative(tmp_path: Path) -> None:
    pixels = np.linspace(0, 65535, 48 * 40).reshape(40, 48).astype(np.uint16)
    data = tiff.encode_16_bit(pixels, Image.Exif(), None)
    entry = struct.pack("<HHIHH", 262, 3, 1, 1, 0)  # photometric interpretation: black is zero
    assert data.count(entry) == 1
    (tmp_path / "page.tif").write_bytes(data.replace(entry, struct.pack("<HHIHH", 262, 3, 1, 0, 0)))
    page = read(tmp_path / "page.tif")
    assert page.stored is not None
    assert np.array_equal(page.stored, 65535 - pixels)
    assert page.image[0, 0].tolist() == [255, 255, 255]


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png", ".tif"])
def test_of_several_frames_the_first_is_taken_and_this_is_said(
    picture: Image.Image, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"page{suffix}"
    black = Image.new("RGB", picture.size)
    picture.save(path, save_all=True, append_images=[black, black.point(lambda _: 255)], lossless=True)
    page = read(path)
    assert page.notes == ["the first of 3 frames"]
    assert page.image.mean() > 100
    with Image.open(rewritten(path)) as result:
        assert getattr(result, "n_frames", 1) == 1


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".bmp", ".tif", ".gif"])
@pytest.mark.parametrize(("width", "height"), [(1, 1), (3, 5000)])
def test_tiny_and_thin_pictures(tmp_path: Path, suffix: str, width: int, height: int) -> None:
    path = tmp_path / f"page{suffix}"
    Image.new("RGB", (width, height), (250, 250, 250)).save(path)
    page = read(path)
    filled = np.ones(page.image.shape[:2], np.uint8)
    data = encode(page, np.full_like(page.image, 255), filled)
    path.write_bytes(data)
    assert read(path).image.shape == (height, width, 3)


def test_format_is_told_by_content(picture: Image.Image, tmp_path: Path) -> None:
    path = tmp_path / "page.jpg"
    picture.save(path, "PNG")
    assert read(path).format == "PNG"


def cut(share: float) -> Callable[[bytes], bytes]:
    return lambda data: data[: int(len(data) * share)]


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".bmp", ".tif", ".gif"])
@pytest.mark.parametrize(
    "damage", [cut(0.02), cut(0.3), cut(0.9), lambda data: data[:100] + b"\xff" * 400 + data[500:]]
)
def test_damaged_files_never_end_in_another_exception(
    tmp_path: Path, suffix: str, damage: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / f"page{suffix}"
    noise = np.random.default_rng(0).integers(0, 256, (90, 70, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    path.write_bytes(damage(path.read_bytes()))
    refused = None
    try:
        shape = read(path).image.shape
    except UserError as error:
        refused = str(error)
    if refused is None:
        assert suffix != ".png"  # its checksums find everything; wrong pixels elsewhere no decoder can tell
        assert shape == (90, 70, 3)
    else:
        assert "\n" not in refused


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_cut_files_are_damaged(tmp_path: Path, picture: Image.Image, suffix: str) -> None:
    path = tmp_path / f"page{suffix}"
    picture.save(path)
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(UserError, match="the picture is damaged"):
        read(path)


def test_what_is_no_picture(tmp_path: Path) -> None:
    path = tmp_path / "page.png"
    path.touch()
    with pytest.raises(UserError, match="the file is empty"):
        read(path)
    path.write_text("not a picture")
    with pytest.raises(UserError, match="not a picture; expected JPEG"):
        read(path)
    with pytest.raises(UserError, match="cannot be read: No such file"):
        read(tmp_path / "none.png")
    with pytest.raises(UserError, match="cannot be read: Is a directory"):
        read(tmp_path)
    Image.new("F", (8, 8)).save(tmp_path / "float.tif")
    with pytest.raises(UserError, match="mode F"):
        read(tmp_path / "float.tif")


def test_the_pixel_limit_counts_before_decoding_and_alone(
    tmp_path: Path, picture: Image.Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "page.png"
    picture.save(path)
    with pytest.raises(UserError, match="48x40 are more than 1919 pixels"):
        read(path, max_pixels=1919)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    assert read(path, max_pixels=1920).image.shape == (40, 48, 3)
    assert Image.MAX_IMAGE_PIXELS == 10
    # A header that promises 60 000 x 60 000 pixels.
    data = bytearray(path.read_bytes())
    data[16:24] = (60000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    path.write_bytes(data)
    with pytest.raises(UserError, match="60000x60000"):
        read(path)
