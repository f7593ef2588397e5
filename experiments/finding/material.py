"""What the finder learns from beside real pages: drawn, lettered and text-free pages, and the sets they make up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from experiments.running import once
from textrm.data.manifest import read_manifest, write_manifest

FONTS = ("packages", "system")  # many faces, handwriting and display above all
PAGES = f"size=768 sheet=false 'fonts=[{','.join(FONTS)}]'"


def draw_material(comics: Path, art: Path | None, drawings: dict[str, tuple[Path, int]], lists: Path, out: Path,
              scale: float) -> dict[str, Path]:  # fmt: skip
    """Draw the sets that are lettered by us and those to be left alone; their manifests by name.

    Args:
        comics: manifest of real pages with text-free versions.
        art: manifest of further text-free pictures, or None.
        drawings: folder of drawings and number of text-free pages by name; ``lists`` holds NAME.csv for each.
        lists: folder of the lists of drawings and photographs to use.
        out: where all is written.
        scale: times the numbers of pages.
    """
    for seed, (name, (folder, pages)) in enumerate(drawings.items(), 1):
        once(f"textrm.importers.drawings {folder} {out / name} --n {some(pages, scale)} --seed {seed} "
             f"--list {lists / name}.csv", out / name, allowed=(0, 1))  # fmt: skip
    grounds, further = out / "grounds", f" --art {art.resolve()}" if art else ""
    given = " ".join(f"--drawings {out / name / 'manifest.csv'}" for name in drawings)
    once(f"experiments.finding.grounds {grounds} {given} --comics {comics} --photos {lists / 'photos.csv'}{further}",
         grounds)  # fmt: skip
    typefaces = " ".join(f"--fonts {place}" for place in FONTS)
    lettered = [out / "art"]
    once(f"textrm.synth out={out / 'art'} n={some(1300, scale)} seed=51 empty=0.03 {PAGES} "
         f"art={grounds / 'grounds.csv'}", out / "art")  # fmt: skip
    for seed, (name, (folder, pages)) in enumerate(drawings.items(), 71):  # drawings before large sounds
        before = out / f"{name}_before_sounds"
        once(f"textrm.importers.drawings {folder} {before} --n {some(pages / 3, scale)} --seed {seed} "
             f"--list {lists / name}.csv --effects 0.8 {typefaces}", before, allowed=(0, 1))  # fmt: skip
        lettered.append(before)
    once(f"textrm.synth out={out / 'drawn'} n={some(1150, scale)} seed=61 empty=0.2 {PAGES}", out / "drawn")
    once(f"textrm.synth out={out / 'bare_drawn'} n={some(320, scale)} seed=91 empty=1.0 {PAGES}", out / "bare_drawn")
    once(f"textrm.importers.captioned {grounds / 'photos.csv'} {out / 'captioned'} --n {some(500, scale)} "
         f"--size 640 --seed 1 {typefaces}", out / "captioned", allowed=(0, 1))  # fmt: skip
    return {
        "art": joined(out / "art.csv", lettered), "drawn": out / "drawn" / "manifest.csv",
        "captioned": out / "captioned" / "manifest.csv",
        "bare": joined(out / "bare.csv", [grounds / "bare.csv", *[out / "bare_drawn"] * 4]),
    }  # fmt: skip


def draw_unseen(clip_art: Path, lists: Path, out: Path, scale: float) -> dict[str, Path]:
    """Draw sets that the finder does not learn from: of such pages the verifier learns what a finder is wrong about.

    ``lists`` holds further_drawings.csv, drawings of ``clip_art`` that are in none of the finder's sets.
    """
    pages, effects, rows = out / "unseen", out / "unseen_effects", out / "unseen_rows"
    given = f"--list {lists / 'further_drawings.csv'}"
    typefaces = " ".join(f"--fonts {place}" for place in FONTS)
    once(f"textrm.importers.drawings {clip_art} {pages} --n {some(700, scale)} --seed 303 {given}", pages,
         allowed=(0, 1))  # fmt: skip
    once(f"textrm.importers.drawings {clip_art} {effects} --n {some(300, scale)} --seed 306 {given} --effects 0.8 "
         f"{typefaces}", effects, allowed=(0, 1))  # fmt: skip
    once(f"textrm.importers.drawings {clip_art} {rows} --n {some(260, scale)} --seed 307 {given} --rows 0.9", rows,
         allowed=(0, 1))  # fmt: skip
    once(f"textrm.synth out={out / 'unseen_art'} n={some(600, scale)} seed=304 empty=0.03 {PAGES} "
         f"art={pages / 'manifest.csv'}", out / "unseen_art")  # fmt: skip
    once(f"textrm.synth out={out / 'unseen_drawn'} n={some(800, scale)} seed=305 empty=0.15 {PAGES}",
         out / "unseen_drawn")  # fmt: skip
    once(f"textrm.synth out={out / 'unseen_lone'} n={some(720, scale)} seed=308 empty=0.12 kind=lone_words {PAGES}",
         out / "unseen_lone")  # fmt: skip
    folders = {"unseen_bare": pages, "unseen_art": out / "unseen_art", "unseen_effects": effects,
               "unseen_drawn": out / "unseen_drawn", "unseen_rows": rows,
               "unseen_lone": out / "unseen_lone"}  # fmt: skip
    return {name: folder / "manifest.csv" for name, folder in folders.items()}


def joined(out: Path, sets: Sequence[Path]) -> Path:
    """One manifest of several, or of folders that hold one; a set may stand there several times."""
    rows = []
    for number, source in enumerate(sets):
        manifest = read_manifest(source if source.suffix == ".csv" else source / "manifest.csv")
        for row in manifest.rows:
            if row.split == "train":
                files: dict[str, Any] = {role: str(path.resolve()) for role, path in manifest.paths(row).items()}
                rows.append(replace(row, id=f"{number}_{row.id}", extra={}, **files))
    write_manifest(out, rows)
    return out


def some(count: float, scale: float) -> int:
    """``count`` times ``scale``, at least 4."""
    return max(4, round(count * scale))
