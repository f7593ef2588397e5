"""One step from lettered picture to clean one, compared: ``python -m experiments.meme_cleaning``.

Trains small cleaners for the same number of steps, of about as many pixels each, one for each output, each size of crop
and each source of pictures, and measures them beside finding and filling on memes whose templates were trained on and
on memes whose templates no net has seen. A run that is finished is not repeated, one that was interrupted goes on.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from experiments.meme_cleaning.results import collect, plot
from experiments.running import FAST_PRECISION, chosen, once, options_of, train_once
from textrm.command_line import click_command

SINGLE = "net=clean_unet net.unet.width=0.5"
CASCADE = "net=clean_cascade net.find.width=0.5 net.paint.width=0.5"
CROPS = "data.crop={} data.batch_size={}"
# What a net needs to be told that draws every pixel: it has no blend map.
DIRECT = "net.output=direct loss.blend=0 loss.implied=0.2"
RUNS = {
    "direct": f"{SINGLE} {DIRECT} {CROPS.format(256, 9)}",
    "residual": f"{SINGLE} {CROPS.format(256, 9)}",
    "cascade": f"{CASCADE} {CROPS.format(256, 9)}",
    "residual-384": f"{SINGLE} {CROPS.format(384, 4)}",
    "residual-512": f"{SINGLE} {CROPS.format(512, 2)}",
    "residual-templates": f"{SINGLE} {CROPS.format(256, 9)}",
    "direct-templates": f"{SINGLE} {DIRECT} {CROPS.format(256, 9)}",
}
"""The nets that are trained; those that end with ``-templates`` see the memes' own templates, and no other picture."""

COMMON = (
    "experiment=clean_unet loss.l1=2 loss.near=1 loss.ssim=0 loss.perceptual=0 loss.edge=0.2 loss.blend=2 "
    f"callbacks.early_stopping=null callbacks.averaging.decay=0.99 {FAST_PRECISION} "
    "trainer.check_val_every_n_epoch=1000 test=false"
)
RENDERING = "--seed 5"  # of captions on the memes' own templates
PEERS = ("segment+telea", "segment+fill")
SETS = {"in_template": "train", "out_of_template": "val"}  # where the memes lie whose templates were trained on


@click_command()
@click.option("--art", required=True, help="Manifest of captioned pictures to train on.")
@click.option("--memes", required=True, help="Manifest of memes to measure on, split by template.")
@click.option("--steps", default=600, show_default=True, help="Of each net.")
@click.option("--templates", default=3000, show_default=True, help="Memes to render on the templates of split train.")
@click.option("--limit", type=int, help="Measure on so many memes of each set.  [all]")
@click.option("--also", multiple=True, help="Further methods of textrm.evaluate: end-to-end, a file, a run folder.")
@options_of("Nets", RUNS, out="runs/meme_cleaning")
def main(art: str, memes: str, steps: int, templates: int, threads: int, limit: int | None, only: str | None,
         also: tuple[str, ...], out: Path) -> None:  # fmt: skip
    """Train and measure what is not done yet; then collect and plot."""
    names = chosen(only, RUNS)
    measured = [*names, *PEERS, *also]
    if len({Path(name).name for name in measured}) < len(measured):
        sys.exit(f"error: two of {', '.join(measured)} have one name: results are kept by name; rename one")
    for name in names:
        manifest = art
        if name.endswith("-templates"):
            captioned = out / "templates"
            once(f"textrm.importers.captioned {memes} {captioned} --n {templates} {RENDERING}", captioned)
            manifest = f"{captioned}/manifest.csv"
        command = f"{COMMON} {RUNS[name]} threads={threads} data.manifest={manifest} scheduler.total_steps={steps}"
        train_once(f"{command} data.samples_per_epoch={per_epoch(name, steps)}", out / name, steps)
    for name in measured:
        for tested, split in SETS.items():
            measure(name if name not in names else str(out / name), f"{memes} split={split}", threads, limit,
                    out / "judged" / f"{Path(name).name}@{tested}")  # fmt: skip
    collect(out / "judged", out / "results.csv")
    plot(out / "results.csv", out / "plot.png")


def per_epoch(name: str, steps: int) -> int:
    """Pictures in a fifth of the run."""
    batch = int(RUNS[name].partition("data.batch_size=")[2].split()[0])
    return batch * max(1, steps // 5)


def measure(method: str, memes: str, threads: int, limit: int | None, out: Path) -> None:
    """The figures of one method on one set."""
    options = f"limit={limit or 'null'} threads={threads} checkpoint=last sheet=0 out={out}"
    once(f"textrm.evaluate manifest={memes} methods=[{method}] {options}", out)


if __name__ == "__main__":
    main()
