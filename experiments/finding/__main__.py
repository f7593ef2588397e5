"""The released finder, from raw material to weights: ``python -m experiments.finding --comics comics/manifest.csv``."""

from __future__ import annotations

from pathlib import Path

import click

from experiments.running import once, run, train_once

HERE = Path(__file__).parent
CLIP_ART, STAMPS = Path("/usr/share/openclipart/svg"), Path("/usr/share/tuxpaint/stamps")
PAGES = "size=768 sheet=false"
LEGS = ((1400, 0.0012), (1800, 0.001))  # steps and largest learning rate; each ends in weights the next begins with


@click.command()
@click.option("--comics", required=True, type=click.Path(exists=True, path_type=Path),
              help="Manifest of real pages with text-free versions, and masks.")  # fmt: skip
@click.option("--art", type=click.Path(exists=True, path_type=Path), help="Manifest of further text-free pictures.")
@click.option("--clip-art", default=CLIP_ART, show_default=True, type=click.Path(path_type=Path))
@click.option("--stamps", default=STAMPS, show_default=True, type=click.Path(path_type=Path))
@click.option("--out", default=Path("runs/finding"), show_default=True, type=click.Path(path_type=Path))
@click.option("--scale", default=1.0, show_default=True, help="Times the pages and the steps; less to try it out.")
@click.option("--options", default="", help="Added to each training, such as 'threads=2'.")
def main(comics: Path, art: Path | None, clip_art: Path, stamps: Path, out: Path, scale: float, options: str) -> None:
    """Draw the material, train in legs, export float and int8 weights. What is done is not done again.

    The drawings are those of Debian's packages openclipart-svg and tuxpaint-stamps-default that drawings.csv and
    stamps.csv name: no lettering in them, and nobody's whose pictures the finder is measured on.
    """
    comics = comics.resolve()
    sets = [("drawings", clip_art, "drawings.csv", 1800, 1), ("stamps", stamps, "stamps.csv", 300, 2)]
    for name, folder, listed, pages, seed in sets:
        once(f"textrm.data.importers.drawings {folder} {out / name} --n {_some(pages, scale)} --seed {seed} "
             f"--list {HERE / listed}", out / name, allowed=(0, 1))  # fmt: skip
    further = f" --art {art.resolve()}" if art else ""
    made = " ".join(f"--drawings {out / name / 'manifest.csv'}" for name, *_ in sets)
    once(f"experiments.finding.grounds {out / 'grounds'} {made} --comics {comics}{further}", out / "grounds")
    weights = "released"
    for leg, (steps, rate) in enumerate(LEGS, 1):
        _draw(out, leg, scale)
        folder = out / f"leg{leg}"
        train_once(_training(comics, out, leg, weights, rate, steps, scale, options), folder, _some(steps, scale))
        weights = str(out / f"leg{leg}.onnx")
        if not Path(weights).exists():
            run(f"textrm.export run={folder} out={weights} checkpoint=last low=0.3")
    run(f"textrm.export run={folder} out={out / 'segment.onnx'} checkpoint=last low=0.3 int8=true manifest={comics} "
        f"crop=512 crops={_some(48, scale)}")  # fmt: skip


def _draw(out: Path, leg: int, scale: float) -> None:
    """The pages of a leg; each leg has new ones."""
    art, drawn, captioned = (out / f"{name}{leg}" for name in ("art", "drawn", "captioned"))
    grounds = out / "grounds"
    once(f"textrm.data.synth out={art} n={_some(900, scale)} seed={50 + leg} empty=0.03 {PAGES} "
         f"art={grounds / 'grounds.csv'}", art)  # fmt: skip
    once(f"textrm.data.synth out={drawn} n={_some(600, scale)} seed={60 + leg} empty=0.2 {PAGES}", drawn)
    once(f"textrm.data.importers.captioned {grounds / 'photos.csv'} {captioned} --n {_some(500, scale)} --size 640 "
         f"--seed {leg}", captioned, allowed=(0, 1))  # fmt: skip


def _training(
    comics: Path, out: Path, leg: int, weights: str, rate: float, steps: int, scale: float, options: str
) -> str:
    sets = " ".join(f"data.train.{name}.manifest={out / f'{name}{leg}' / 'manifest.csv'}"
                    for name in ("art", "drawn", "captioned"))  # fmt: skip
    return (
        f"experiment=release_find weights={weights} data.manifest={comics} {sets} "
        f"data.train.bare.manifest={out / 'grounds' / 'bare.csv'} scheduler.total_steps={_some(steps, scale)} "
        f"scheduler.max_lr={rate} seed={leg} test=false {options}"
    ).strip()


def _some(count: int, scale: float) -> int:
    return max(4, round(count * scale))


if __name__ == "__main__":
    main()
