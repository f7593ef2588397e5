"""What pretraining on tags gives the segmenter: ``python -m experiments.pretraining``.

Pretrains an encoder as a plain multi-label classifier, goes on from it as such and with attention, then fine-tunes
segmenters from each, and from scratch, for the same few steps and with several seeds, and measures them on pages that
no net has seen. A run that is finished is not repeated, one that was interrupted goes on.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from experiments.pretraining.results import collect, plot
from experiments.running import FAST_PRECISION, chosen, once, options_of, train_once
from textrm.command_line import click_command

# Both go on from the same tagger, as the field does: first plain classification, then attention.
FIRST = "experiment=pretrain_xception"
PRETRAINING = {"multilabel": FIRST, "attention": "experiment=tag_attention"}
TAGGING = f"data.crop=256 data.batch_size=16 {FAST_PRECISION} test=false"
SEGMENTING = (
    "experiment=seg_xception net=xception_fast data=manifest data.crop=256 data.batch_size=8 loss=focal_dice "
    f"optimizer=adamw scheduler=one_cycle scheduler.max_lr=0.0025 {FAST_PRECISION} "
    "trainer.check_val_every_n_epoch=1000 callbacks.early_stopping=null callbacks.averaging.decay=0.99 test=false"
)
SEED = 1  # of the taggers
EPOCHS = 5  # of a fine-tuning; the encoder rests during the first, where it was pretrained


@click_command()
@click.option("--tagged", required=True, help="Manifest to pretrain on, with tags.")
@click.option("--pages", required=True, help="Manifest to fine-tune on (split train) and measure on (split val).")
@click.option("--seeds", default="1,2,3", show_default=True, help="Of the fine-tunings.")
@click.option("--pretraining-steps", default=2000, show_default=True, help="Half of them plain, for both.")
@click.option("--steps", default=400, show_default=True, help="Of each fine-tuning.")
@click.option("--encoder", default="xception_fast", show_default=True, help="A choice of conf/encoder.")
@click.option("--imagenet", help="File with torchvision's ImageNet weights, for --encoder mobilenet; adds that start.")
@click.option("--limit", type=int, help="Measure on so many pages.  [all]")
@options_of("Starts", ("scratch", *PRETRAINING, "imagenet"), out="runs/pretraining")
def main(tagged: str, pages: str, seeds: str, pretraining_steps: int, steps: int, encoder: str,
         imagenet: str | None, threads: int, limit: int | None, only: str | None, out: Path) -> None:  # fmt: skip
    """Pretrain, fine-tune and measure what is not done yet; then collect and plot."""
    starts = ["scratch", *PRETRAINING, *(["imagenet"] if imagenet else [])]
    names = chosen(only, starts)
    if imagenet and encoder != "mobilenet":
        sys.exit(f"error: there are no ImageNet weights of {encoder}: give --encoder mobilenet")
    net = f"encoder@net.encoder={encoder} threads={threads}"
    for start in names:
        weights = imagenet if start == "imagenet" else None
        if start in PRETRAINING:
            shared = f"{net} {TAGGING} data.manifest={tagged} seed={SEED}"
            first, folder = (out / "tagging" / f"{name}-{SEED}" for name in ("first", start))
            pretrain(f"{FIRST} {shared}", first, pretraining_steps // 2)
            best = first / "checkpoints" / "best.ckpt"
            pretrain(f"{PRETRAINING[start]} {shared} weights={best}", folder, pretraining_steps // 2)
            weights = str(folder)
        for seed in seeds.split(","):
            folder = out / "segmentation" / f"{start}-{seed}"
            fine_tune(f"{SEGMENTING} {net} data.manifest={pages} seed={seed}", weights, folder, steps)
            measure(folder, pages, threads, limit)
    collect(out, out / "results.csv")
    plot(out / "results.csv", out / "plot.png")


def pretrain(command: str, folder: Path, steps: int) -> None:
    """One tagger, in one cycle of the learning rate."""
    schedule = f"scheduler.step_size_up={max(1, steps // 2)} callbacks.early_stopping=null"
    train_once(f"{command} {schedule} data.samples_per_epoch={16 * max(1, steps // 4)}", folder, steps)


def fine_tune(command: str, weights: str | None, folder: Path, steps: int) -> None:
    """One segmenter; with weights the encoder rests during the first epoch."""
    if weights:
        command += f" net.encoder.weights={weights} callbacks.freezing.epochs=1"
    train_once(f"{command} scheduler.total_steps={steps} data.samples_per_epoch={8 * max(1, steps // EPOCHS)}", folder,
               steps)  # fmt: skip


def measure(folder: Path, pages: str, threads: int, limit: int | None) -> None:
    """The figures of the last checkpoint on the val pages."""
    out = folder / "judged"
    pages += f" split=val limit={limit or 'null'}"
    once(f"textrm.evaluate manifest={pages} run={folder} checkpoint=last fill=white threads={threads} out={out}", out)


if __name__ == "__main__":
    main()
