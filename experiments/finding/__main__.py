"""The released finder, from raw material to weights: ``python -m experiments.finding --comics comics/manifest.csv``."""

from __future__ import annotations

import time
from pathlib import Path
from typing import NamedTuple

import click

from experiments.finding.material import draw_material, draw_unseen, some
from experiments.running import run, train_once
from textrm.command_line import click_command
from textrm.page.models.model import WEIGHTS

HERE = Path(__file__).parent
START = WEIGHTS / "segment.float.onnx"  # looks once, and knows the lettering of the comics well
CLIP_ART, STAMPS = Path("/usr/share/openclipart/svg"), Path("/usr/share/tuxpaint/stamps")
VERIFIED = {  # how often each set counts for the verifier
    "pages": 3, "art": 2.1, "drawn": 2.5, "captioned": 0.4, "bare": 3.4,
    "unseen_bare": 1.5, "unseen_art": 1.5, "unseen_effects": 0.8, "unseen_drawn": 3,
    "unseen_rows": 1.5, "unseen_lone": 2.2,
}  # fmt: skip
BARS = "0.69 0.68"  # of the two verifiers
INT8 = "int8=true crop=512 crops=64"


class Leg(NamedTuple):
    """A leg of training: it ends in weights that the next begins with, and in pages that it is wrong about.

    share: how much of START's weights is averaged into its own before the next leg begins with them.
    """

    steps: int
    settings: str
    share: float = 0.0


def _sets(pages: float, art: float, drawn: float, captioned: float, bare: float) -> str:
    """The shares of the sets in a batch."""
    return (f"'data.weights={{pages: {pages}, art: {art}, drawn: {drawn}, captioned: {captioned}, "
            f"bare: {bare}}}' ")  # fmt: skip


def _aimed(share: float) -> str:
    """The share of crops of real pages that hold lettering, and of these on art."""
    return f"data.train.pages.transform.on_art={share} data.train.pages.transform.on_lettering={share} "


LEGS = (
    Leg(1400, "scheduler.max_lr=0.0012"),
    Leg(1600, _sets(0.24, 0.28, 0.16, 0.05, 0.27) + "scheduler.max_lr=0.001 loss.terms.focal.text_weight=1.0"),
    Leg(450, _sets(0.38, 0.34, 0.1, 0.03, 0.15) + _aimed(0.8)
        + "scheduler.max_lr=0.0006 loss.terms.focal.text_weight=1.7", share=0.65),
    Leg(600, _sets(0.42, 0.28, 0.12, 0.04, 0.14) + _aimed(0.7)
        + "scheduler.max_lr=0.0007 scheduler.pct_start=0.04 task.forgotten=0.2", share=0.5),
    Leg(3200, _sets(0.4, 0.22, 0.14, 0.04, 0.2) + _aimed(0.7) + "scheduler.max_lr=0.0012 scheduler.pct_start=0.04"),
    Leg(2200, _sets(0.33, 0.33, 0.14, 0.04, 0.16) + _aimed(0.7) + "scheduler.max_lr=0.0009 scheduler.pct_start=0.04",
        share=0.3),
)  # fmt: skip


@click_command()
@click.option("--comics", required=True, type=click.Path(exists=True, path_type=Path),
              help="Manifest of real pages with text-free versions, and masks.")  # fmt: skip
@click.option("--art", type=click.Path(exists=True, path_type=Path), help="Manifest of further text-free pictures.")
@click.option("--clip-art", default=CLIP_ART, show_default=True, type=click.Path(path_type=Path))
@click.option("--stamps", default=STAMPS, show_default=True, type=click.Path(path_type=Path))
@click.option("--lists", default=HERE, show_default=True, type=click.Path(path_type=Path),
              help="Folder of the lists of what is used: drawings, further_drawings, stamps, photos.")  # fmt: skip
@click.option("--out", default=Path("runs/finding"), show_default=True, type=click.Path(path_type=Path))
@click.option("--scale", default=1.0, show_default=True, help="Times the pages and the steps; less to try it out.")
@click.option("--net", default="", help="Settings of another net, such as 'encoder@net.net.encoder=mobilenet'. It "
              "begins with random weights, and nothing is averaged.")  # fmt: skip
@click.option("--options", default="", help="Added to each training, such as 'threads=2'.")
@click.option("--minutes", type=click.FloatRange(0, min_open=True),
              help="Stop training so long after the start, and write so_far.onnx, with the released verifiers. The "
              "same command goes on; without --minutes it also trains the verifiers.")  # fmt: skip
def main(comics: Path, art: Path | None, clip_art: Path, stamps: Path, lists: Path, out: Path, scale: float,
         net: str, options: str, minutes: float | None) -> None:  # fmt: skip
    """Draw the material, train in legs, train the verifier, export float and int8 weights. Nothing is done twice.

    The drawings are those of Debian's packages openclipart-svg and tuxpaint-stamps-default that bear no letters and are
    by nobody whose pictures the finder is measured on.
    """
    start = time.monotonic()
    comics = comics.resolve()
    sets = draw_material(comics, art, {"drawings": (clip_art, 1800), "stamps": (stamps, 300)}, lists, out, scale)
    bare = sets.pop("bare")
    begin = f"{net} callbacks.batch_norm.step=null" if net else f"weights={START}"
    reached: tuple[Path, str] | None = None  # the last leg that began, and its weights
    for number, leg in enumerate(LEGS, 1):
        given = " ".join(f"data.train.{name}.manifest={manifest}" for name, manifest in sets.items())
        folder, count = out / f"leg{number}", some(leg.steps, scale)
        left = None if minutes is None else 60 * minutes - (time.monotonic() - start)
        if left is not None and left <= 0:
            break
        done = train_once(f"experiment=release_find {begin} data.manifest={comics} {given} "
                          f"data.train.bare.manifest={bare} scheduler.total_steps={count} seed={number} test=false "
                          f"{leg.settings} {options}".strip(), folder, count, left)  # fmt: skip
        reached = folder, "last"
        if not done:
            break
        weights, mined = out / f"leg{number}.onnx", out / f"bare{number}.csv"
        if not mined.exists():
            run(f"textrm.export run={folder} out={weights} checkpoint=last low=0.3")
            run(f"experiments.finding.mine {weights} {bare} {mined} --limit {some(600, scale)}")
        bare = mined
        if leg.share and not net:
            averaged = out / f"leg{number}_averaged.onnx"
            if not averaged.exists():
                run(f"experiments.finding.average {START} {weights} {averaged} --share {leg.share}")
            weights = averaged
        begin, reached = f"{net} weights={weights}".strip(), (folder, str(weights))
    if reached is None:
        raise click.ClickException(f"{minutes:g} minutes were too few to draw the pages: the same command goes on")
    export = f"textrm.export run={reached[0]} checkpoint={reached[1]} low=0.3 threshold=0.4"
    if minutes is not None:
        run(f"{export} verifier=released out={out / 'so_far.onnx'}")
        return
    verifier, int8 = out / "verifier.onnx", out / "verifier.int8.onnx"
    if not (verifier.exists() and int8.exists()):
        further = draw_unseen(clip_art, lists, out, scale)
        given = " ".join(f"--set {manifest}:train:{VERIFIED[name]}" for name, manifest in
                         {"pages": comics, **sets, "bare": bare, **further}.items())  # fmt: skip
        run(f"experiments.finding.verify {weights} {given} --bars {BARS} --limit {some(1200, scale)} "
            f"--steps {some(7000, scale)} --more {some(1000, scale)} --out {verifier} --int8 {int8}")  # fmt: skip
    run(f"{export} verifier={verifier} out={out / 'find.float.onnx'}")
    run(f"{export} verifier={int8} out={out / 'find.onnx'} {INT8} manifest={comics}")


if __name__ == "__main__":
    main()
