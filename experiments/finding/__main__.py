"""The released finder, from raw material to weights: ``python -m experiments.finding --comics comics/manifest.csv``."""

from __future__ import annotations

from pathlib import Path

import click

from experiments.running import once, run, train_once
from textrm.page.models.model import WEIGHTS

HERE = Path(__file__).parent
START = WEIGHTS / "segment.float.onnx"  # looks once, and knows the lettering of the comics well
CLIP_ART, STAMPS = Path("/usr/share/openclipart/svg"), Path("/usr/share/tuxpaint/stamps")
FONTS = ("packages", "system")  # many faces, handwriting and display above all
PAGES = f"size=768 sheet=false 'fonts=[{','.join(FONTS)}]'"
INT8 = "int8=true crop=512 crops=64"
# Steps and settings of each leg; it ends in weights that the next begins with, and in pages that it is wrong about.
LEGS = (
    (1400, "scheduler.max_lr=0.0012"),
    (1600, "scheduler.max_lr=0.001 loss.terms.focal.text_weight=1.0 "
     "'data.weights={pages: 0.24, art: 0.28, drawn: 0.16, captioned: 0.05, bare: 0.27}'"),
    (450, "scheduler.max_lr=0.0006 loss.terms.focal.text_weight=1.7 "
     "'data.weights={pages: 0.38, art: 0.34, drawn: 0.1, captioned: 0.03, bare: 0.15}' "
     "data.train.pages.transform.on_art=0.8 data.train.pages.transform.on_lettering=0.8"),
)  # fmt: skip


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--comics", required=True, type=click.Path(exists=True, path_type=Path),
              help="Manifest of real pages with text-free versions, and masks.")  # fmt: skip
@click.option("--art", type=click.Path(exists=True, path_type=Path), help="Manifest of further text-free pictures.")
@click.option("--clip-art", default=CLIP_ART, show_default=True, type=click.Path(path_type=Path))
@click.option("--stamps", default=STAMPS, show_default=True, type=click.Path(path_type=Path))
@click.option("--lists", default=HERE, show_default=True, type=click.Path(path_type=Path),
              help="Folder of drawings.csv, stamps.csv and photos.csv, which name what is used.")  # fmt: skip
@click.option("--out", default=Path("runs/finding"), show_default=True, type=click.Path(path_type=Path))
@click.option("--scale", default=1.0, show_default=True, help="Times the pages and the steps; less to try it out.")
@click.option("--options", default="", help="Added to each training, such as 'threads=2'.")
def main(comics: Path, art: Path | None, clip_art: Path, stamps: Path, lists: Path, out: Path, scale: float,
         options: str) -> None:  # fmt: skip
    """Draw the material, train in legs, fit the judge, export float and int8 weights. What is done is not done again.

    The drawings are those of Debian's packages openclipart-svg and tuxpaint-stamps-default that bear no letters and are
    by nobody whose pictures the finder is measured on.
    """
    comics = comics.resolve()
    sets = _material(comics, art, {"drawings": (clip_art, 1800), "stamps": (stamps, 300)}, lists, out, scale)
    weights, bare = START, out / "grounds" / "bare.csv"
    for leg, (steps, settings) in enumerate(LEGS, 1):
        given = " ".join(f"data.train.{name}.manifest={manifest}" for name, manifest in sets.items())
        folder, count = out / f"leg{leg}", _some(steps, scale)
        train_once(f"experiment=release_find weights={weights} data.manifest={comics} {given} "
                   f"data.train.bare.manifest={bare} scheduler.total_steps={count} seed={leg} test=false {settings} "
                   f"{options}".strip(), folder, count)  # fmt: skip
        weights, mined = out / f"leg{leg}.onnx", out / f"bare{leg}.csv"
        if not mined.exists():
            run(f"textrm.export run={folder} out={weights} checkpoint=last low=0.3")
            run(f"experiments.finding.mine {weights} {bare} {mined} --limit {_some(600, scale)}")
        bare = mined
    words = out / "words.json"
    if not words.exists():
        judged = " ".join(f"--set {manifest}:train" for manifest in (comics, *sets.values(), bare))
        run(f"experiments.finding.verify {weights} {judged} --limit {_some(120, scale)} --out {words}")
    export = f"textrm.export run={folder} checkpoint=last low=0.3 words={words}"
    run(f"{export} out={out / 'find.float.onnx'}")
    run(f"{export} out={out / 'find.onnx'} {INT8} manifest={comics}")


def _material(comics: Path, art: Path | None, drawings: dict[str, tuple[Path, int]], lists: Path, out: Path,
              scale: float) -> dict[str, Path]:  # fmt: skip
    """Draw the sets that are lettered by us; their manifests by name."""
    for seed, (name, (folder, pages)) in enumerate(drawings.items(), 1):
        once(f"textrm.importers.drawings {folder} {out / name} --n {_some(pages, scale)} --seed {seed} "
             f"--list {lists / name}.csv", out / name, allowed=(0, 1))  # fmt: skip
    grounds, further = out / "grounds", f" --art {art.resolve()}" if art else ""
    given = " ".join(f"--drawings {out / name / 'manifest.csv'}" for name in drawings)
    once(f"experiments.finding.grounds {grounds} {given} --comics {comics} --photos {lists / 'photos.csv'}{further}",
         grounds)  # fmt: skip
    once(f"textrm.synth out={out / 'art'} n={_some(1300, scale)} seed=51 empty=0.03 {PAGES} "
         f"art={grounds / 'grounds.csv'}", out / "art")  # fmt: skip
    once(f"textrm.synth out={out / 'drawn'} n={_some(750, scale)} seed=61 empty=0.2 {PAGES}", out / "drawn")
    once(f"textrm.importers.captioned {grounds / 'photos.csv'} {out / 'captioned'} --n {_some(500, scale)} "
         f"--size 640 --seed 1 {' '.join(f'--fonts {fonts}' for fonts in FONTS)}", out / "captioned",
         allowed=(0, 1))  # fmt: skip
    return {name: out / name / "manifest.csv" for name in ("art", "drawn", "captioned")}


def _some(count: int, scale: float) -> int:
    return max(4, round(count * scale))


if __name__ == "__main__":
    main()
