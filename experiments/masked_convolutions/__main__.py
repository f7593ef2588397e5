"""Partial, gated and attention-mask convolutions at one budget: ``python -m experiments.masked_convolutions``.

Trains every net of the comparison on the same crops in the same order, the architecture of the released net among them,
then fills the same holes with all of them, with the released net and with three classical methods. A run that is
finished is not repeated, one that was interrupted goes on.
"""

from __future__ import annotations

import csv
from importlib.util import find_spec
from pathlib import Path

import click

from experiments.running import chosen, options_of, run, train_once
from textrm.command_line import click_command
from textrm.page import InpaintingModel

# By name: the overrides that make it. A crop of 128 px has seven halvings, not eight; the separable net has five.
NETS = {
    "partial": "experiment=inpaint_partial net.levels=7",
    "partial_deep": "experiment=inpaint_partial_deep net.levels=7",
    "partial_separable": "experiment=inpaint_partial_separable",
    "gated": "experiment=inpaint_gated net.levels=7",
    "gated_separable": "experiment=inpaint_gated net.levels=7 "
    "net.convolution._target_=textrm.nets.inpainting.gated.SeparableGatedConvolution",
    "attention_geometric": "experiment=inpaint_attention net.levels=7",
    "attention_features": "experiment=inpaint_attention net.levels=7 "
    "net.convolution.update._target_=textrm.nets.inpainting.attention.FeatureUpdate",
    "fast": "experiment=inpaint net=inpaint_fast net.width=1",  # as released: a quarter would have 0.1 M parameters
}
WIDTH = "net.width=0.25"
COMMON = "data=manifest data.crop=128 data.batch_size=8 test=false optimizer.lr=5e-4"
BASELINES = (InpaintingModel.released, "telea", "navier_stokes", "patchmatch")


@click_command()
@click.option("--manifest", required=True, help="What to train on: drawn pages, python -m textrm.synth out=drawn.")
@click.option("--judge", multiple=True, help="NAME=MANIFEST[:SPLIT] to fill the holes of; may be given again.")
@click.option("--steps", default=1000, show_default=True, help="Training steps of every net.")
@click.option("--limit", default=48, show_default=True, help="Pictures of each set to judge on.")
@options_of("Nets", NETS, out="runs/masked_convolutions")
def main(manifest: str, judge: tuple[str, ...], steps: int, limit: int, threads: int, only: str | None,
         out: Path) -> None:  # fmt: skip
    """Train what is not trained yet, then compare."""
    names = chosen(only, NETS)
    for name in names:
        train(name, manifest, steps, threads, out / name)
    peers = [str(peer) for peer in BASELINES if peer != "patchmatch" or find_spec("patchmatch")]
    if judge and "patchmatch" not in peers:
        print("PatchMatch is left out: pip install 'textrm[benchmarks]'")
    fills = ",".join([*(str(out / name) for name in names), *peers])
    for entry in judge:
        title, _, where = entry.partition("=")
        path, _, split = where.partition(":")
        run(f"textrm.evaluate manifest={path} split={split or 'val'} fills=[{fills}] holes=both limit={limit} "
            f"threads={threads} checkpoint=last sheet=6 out={out / 'judged' / title}")  # fmt: skip
    if judge:
        collect(out / "judged", out / "results.csv")


def train(name: str, manifest: str, steps: int, threads: int, folder: Path) -> None:
    """One run, if it is not finished."""
    epoch = 8 * max(1, steps // 5)
    train_once(f"{WIDTH} {NETS[name]} {COMMON} data.manifest={manifest} threads={threads} "
               f"data.samples_per_epoch={epoch} trainer.check_val_every_n_epoch=5 +trainer.limit_val_batches=8",
               folder, steps)  # fmt: skip


def collect(judged: Path, path: Path) -> None:
    """All tables in one CSV, with the set that each line is of."""
    lines = []
    for table in sorted(judged.glob("*/fills.csv")):
        with table.open(newline="") as file:
            lines += [{"set": table.parent.name} | line for line in csv.DictReader(file)]
    columns = list(dict.fromkeys(column for line in lines for column in line))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)


if __name__ == "__main__":
    main()
