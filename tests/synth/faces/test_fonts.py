from __future__ import annotations

import shutil
import struct
from pathlib import Path

import numpy as np
import pytest

from textrm.errors import UserError
from textrm.synth.faces import files as font_files
from textrm.synth.faces import library as synth_fonts
from textrm.synth.faces.glyphs import load_font
from textrm.synth.faces.library import STYLES, FontLibrary, find_fonts, style_of
from textrm.synth.faces.scripts import PROBES, SCRIPTS
from textrm.synth.faces.tables import read_face
from textrm.synth.words.text import dialogue_tokens, effect_text, fit_to, meme_text, note_text, repertoire


@pytest.fixture(scope="module")
def fonts() -> FontLibrary:
    return find_fonts()


def sfnt_with_cmap(subtable: bytes, encoding: int) -> bytes:
    """A font file of one table: a character map of the Windows platform."""
    cmap = struct.pack(">HHHHI", 0, 1, 3, encoding, 12) + subtable
    directory = struct.pack(">4sHHHH", b"\0\1\0\0", 1, 16, 0, 0) + struct.pack(">4sIII", b"cmap", 0, 28, len(cmap))
    return directory + cmap


def test_packages_bring_japanese_and_several_latin_families(fonts: FontLibrary) -> None:
    assert {"japanese", "kana", "latin"} <= set(fonts.scripts)
    assert len({face.family for face in fonts.faces if "latin" in face.scripts}) >= 4


def test_no_face_shows_its_missing_glyph_for_a_character_it_may_be_given(fonts: FontLibrary) -> None:
    rng = np.random.default_rng(0)
    for face in fonts.faces:
        font = load_font(face, 32)
        missing = bytes(font.getmask("\U0010fffe"))
        for script in sorted(face.scripts & {"japanese", "chinese", "korean", "latin", "cyrillic", "greek"}):
            given = sorted(set(repertoire(script)) - face.lacks)
            for character in rng.choice(given, 60):
                mask = bytes(font.getmask(character))
                assert mask != missing or not any(mask), f"{face.family} has no {character!r}"


def test_what_a_face_lacks_is_left_out_or_replaced_by_the_base_letter() -> None:
    assert fit_to("É…x♥", frozenset("É…♥")) == "E...x"
    assert fit_to("É…", frozenset("É…E.")) == ""


@pytest.mark.parametrize("script", SCRIPTS)
def test_text_stays_within_the_repertoire(script: str) -> None:
    rng = np.random.default_rng(5)
    allowed = set(repertoire(script)) | {" "}
    for _ in range(150):
        tokens = dialogue_tokens(rng, script, 25, ruby=0.5)
        texts = [effect_text(rng, script), note_text(rng, script), meme_text(rng, script, 20)]
        texts += [token.text + token.ruby for token in tokens]
        assert sum(len(token.text) for token in tokens) > 10
        for text in texts:
            assert set(text) <= allowed
            assert set(text.upper()) <= allowed
    assert set(PROBES[script]) <= allowed


def test_character_map_with_segments() -> None:
    # A to C by offset, then x and z through the glyph array, where z has no glyph
    first, last = [65, 120, 0xFFFF], [67, 122, 0xFFFF]
    delta, reach = [(10 - 65) & 0xFFFF, 0, 1], [0, 4, 0]
    glyphs = [21, 22, 0]
    body = struct.pack(">HHHH", 6, 0, 0, 0) + struct.pack(">3H", *last) + struct.pack(">H", 0)
    body += struct.pack(">3H", *first) + struct.pack(">3H", *delta) + struct.pack(">3H", *reach)
    body += struct.pack(">3H", *glyphs)
    table = struct.pack(">HHH", 4, 6 + len(body), 0) + body
    found = read_face(sfnt_with_cmap(table, 1), 0, np.array([64, 65, 67, 68, 120, 121, 122, 0x1F600])).glyphs
    assert found.tolist() == [0, 10, 12, 0, 21, 22, 0, 0]


def test_character_map_with_groups() -> None:
    groups = [(65, 70, 3), (0x20000, 0x20002, 50)]
    body = b"".join(struct.pack(">III", *group) for group in groups)
    table = struct.pack(">HHIII", 12, 0, 16 + len(body), 0, len(groups)) + body
    found = read_face(sfnt_with_cmap(table, 10), 0, np.array([64, 65, 70, 71, 0x20001, 0x20003])).glyphs
    assert found.tolist() == [0, 3, 8, 0, 51, 0]


def test_symbol_character_maps_do_not_count() -> None:
    with pytest.raises(ValueError, match="no Unicode character map"):
        read_face(sfnt_with_cmap(struct.pack(">HHH", 4, 6, 0), 0), 0, np.array([65]))


def test_nothing_found_names_the_folder_and_packages(tmp_path: Path) -> None:
    (tmp_path / "broken.ttf").write_bytes(b"\0\1\0\0 not a font")
    with pytest.raises(UserError, match=r"1 font files of fonts=.*pip install noto-cjk-sans-jp-regular"):
        find_fonts([tmp_path])


def test_packages_alone_unless_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fonts: FontLibrary) -> None:
    packaged = font_files.in_packages()
    other = next(face for face in fonts.faces if face.family == "Anton")
    (tmp_path / ".fonts").mkdir()
    shutil.copy(other.path, tmp_path / ".fonts" / "installed.ttf")
    monkeypatch.setitem(synth_fonts._FINDERS, "system", lambda: font_files.in_folders([tmp_path / ".fonts"]))
    assert {face.path for face in find_fonts().faces} <= set(packaged)
    installed = str(tmp_path / ".fonts" / "installed.ttf")
    synth_fonts._library.cache_clear()  # it keeps what the system had
    assert [face.path for face in find_fonts("system").faces] == [installed]
    assert installed in {face.path for face in find_fonts(["packages", "system"]).faces}
    synth_fonts._library.cache_clear()
    with pytest.raises(UserError, match=r"^fonts=nowhere: there is no such folder; give packages, system or a folder"):
        find_fonts("nowhere")


def test_what_was_picked_is_told_once(fonts: FontLibrary) -> None:
    fonts.picked()
    picked = {fonts.pick(np.random.default_rng(n), "latin").family for n in range(6)}
    assert fonts.picked() == sorted(picked)
    assert fonts.picked() == []


def test_order_of_folders_does_not_matter(fonts: FontLibrary) -> None:
    files = font_files.in_packages()
    assert find_fonts(files[::-1]).faces == fonts.faces


def test_pick_follows_the_styles(fonts: FontLibrary) -> None:
    rng = np.random.default_rng(1)
    only_hand = {style: float(style == "hand") for style in STYLES}
    picked = [fonts.pick(rng, "latin", only_hand) for _ in range(30)]
    assert {face.style for face in picked} == {"hand"}
    assert len({face.family for face in picked}) > 1


def test_script_that_no_face_covers_is_a_user_error(fonts: FontLibrary) -> None:
    latin = FontLibrary([face for face in fonts.faces if "japanese" not in face.scripts])
    with pytest.raises(UserError, match="cover none of japanese"):
        latin.pick_script(np.random.default_rng(0), {"japanese": 1.0})


@pytest.mark.parametrize(
    ("name", "style"),
    [
        ("AoyagiKouzanFontT Regular aoyagi-kouzan-t", "brush"), ("UnGungseo Regular UnGungseo", "brush"),
        ("AR PL KaitiM GB Regular gkai00mp", "hand"), ("cwTeXKai Medium cwkai", "hand"),
        ("YOzAF Regular YOzAF", "hand"),
        ("BM YEONSUNG Regular BMYEONSUNG", "hand"), ("Oldania ADF Std Regular OldaniaADFStd", "hand"),
        ("Cabin Sketch Regular CabinSketch", "display"),
        ("Liberation Sans Narrow Bold LiberationSansNarrow", "display"),
        ("Goudy Bookletter 1911 Regular", "serif"), ("Old Standard TT OldStandard", "serif"),
        ("Averia Sans GWF Regular", "sans"), ("DejaVu Sans Book DejaVuSans", "sans"),
        ("Andika Regular Andika", "sans"),
    ],
)  # fmt: skip
def test_style_follows_from_the_name(name: str, style: str) -> None:
    assert style_of(name) == style


def test_style_of_an_unknown_name_follows_from_its_class() -> None:
    assert style_of("Qwxz", bytes([3, *[0] * 9])) == "hand"
    assert style_of("Qwxz", bytes([4, *[0] * 9])) == "display"
    assert style_of("Qwxz") == "sans"
