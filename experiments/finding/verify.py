"""Trains the verifier of words on pages with truth: ``python -m experiments.finding.verify MODEL --set SET …``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click
import numpy as np
import onnx
import torch

from experiments.finding.fit import fit, go_on, importance, scores
from experiments.finding.fit_features import MEMBERS, Member, joined
from experiments.finding.proposals import THRESHOLD, Proposals, proposals
from experiments.finding.released import read_verifiers
from textrm.checkpoints.imagenet import efficientnet_lite
from textrm.command_line import click_command
from textrm.export.graph import export
from textrm.export.quantisation import quantized
from textrm.nets.verification.trunks import KnowingTrunk, PlainTrunk
from textrm.nets.verification.word_verifier import EitherVerifier, WordVerifier
from textrm.page.finding.features import FEATURES
from textrm.page.finding.views import CHANNELS, VIEWS
from textrm.page.models.segmenter import SegmentationModel

# Of what ImageNet taught, the layers nearest to the colours: in 8 bits the rest of the trunk hears noise.
IN_FLOAT = ("colors.stem.", "colors.blocks.0.", "colors.blocks.1.expand.", "colors.blocks.1.depthwise.")
CALIBRATING = 64  # words of each set that the ranges of 8 bits are taken from


@click_command()
@click.argument("model", type=click.Path(exists=True, path_type=Path))
@click.option("--set", "sets", multiple=True, required=True,
              help="MANIFEST:SPLIT or MANIFEST:SPLIT:SHARE, which counts SHARE times; repeat it for more.")  # fmt: skip
@click.option("--false", "false", default=2.0, show_default=True, type=click.FloatRange(0, min_open=True),
              help="What a false word weighs beside a missed one of its size.")  # fmt: skip
@click.option("--bars", nargs=2, type=click.FloatRange(0, 1, min_open=True, max_open=True),
              default=(THRESHOLD, THRESHOLD), show_default=True,
              help=f"Scores of the two verifiers that become {THRESHOLD}, the released threshold: of the one that "
              "learns from words alone, and of the one that knows photographs; more leaves more as it is.")  # fmt: skip
@click.option("--against", default=0.075, show_default=True, type=click.FloatRange(0, 1, max_open=True),
              help="What the one that knows photographs gives less stays, whatever the other says.")  # fmt: skip
@click.option("--alone", default=0.75, show_default=True, type=click.FloatRange(0, 1, min_open=True, max_open=True),
              help=f"The score, at most, of a word that the first is sure of and to which the other gives less than "
              f"{THRESHOLD}: it goes only where another word of the page is sure.")  # fmt: skip
@click.option("--unanimous", default=0.6, show_default=True, type=click.FloatRange(0, 1, min_open=True, max_open=True),
              help="With --more: where every look gives so much to a word, the first verifier as it has learnt on is "
              "heard before the two.")  # fmt: skip
@click.option("--certain", default=0.85, show_default=True, type=click.FloatRange(0, 1, min_open=True, max_open=True),
              help="What goes if that one gives so much.")  # fmt: skip
@click.option("--start", type=click.Path(exists=True, path_type=Path),
              help="Float verifiers to begin with instead of new ones, such as find.float.onnx holds.")  # fmt: skip
@click.option("--more", default=0, show_default=True, type=click.IntRange(0),
              help="Batches in which both learn on, most from what they are wrong about; the first one as it was is "
              "kept beside.")  # fmt: skip
@click.option("--average", default=0.5, show_default=True, type=click.FloatRange(0, 1),
              help="The share of what --more teaches in the weights that are written.")  # fmt: skip
@click.option("--limit", default=1200, show_default=True, type=click.IntRange(1), help="Pages of each set.")
@click.option("--steps", default=7000, show_default=True, type=click.IntRange(1), help="Batches of 128 words.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0))
@click.option("--out", required=True, type=click.Path(path_type=Path),
              help="ONNX file for textrm.export verifier=…; what was found goes into a folder beside it.")  # fmt: skip
@click.option("--int8", type=click.Path(path_type=Path), help="Another file, for the same net in 8 bits.")
@click.option("--threads", default=2, show_default=True, type=click.IntRange(1))
def main(model: Path, sets: tuple[str, ...], false: float, bars: tuple[float, float], against: float,
         alone: float, unanimous: float, certain: float, start: Path | None, more: int, average: float, limit: int,
         steps: int, seed: int, out: Path, int8: Path | None, threads: int) -> None:  # fmt: skip
    """Write what tells words from what is no lettering, among those that MODEL proposes on these pages: two verifiers.

    A word is lettering where more than half of its pixels are, in truth, within 2 px. Each set counts the same, or as
    often as its share says. What MODEL proposes is kept, so that a training that was stopped begins where it can.
    """
    segmenter = SegmentationModel(model, threads)
    torch.set_num_threads(max(1, threads - 1))  # one makes the batches
    found, weights = [], []
    for number, entry in enumerate(sets):
        manifest, split, share = _entry(entry)
        found.append(proposals(segmenter, manifest, split, limit, out.with_suffix("") / f"{number}.npz"))
        weights.append(importance(found[-1], share, false))
    if not any(len(words.share) for words in found):
        raise click.ClickException(f"{model} finds no word on any of these pages: there is nothing to learn from")
    fitted, every = [plain(), knowing()], np.concatenate(weights)
    if start:
        fitted = [joined(net, [Member(FEATURES) for _ in range(MEMBERS)], 1.0) for net in fitted]  # as wide as they are
        read_verifiers(start, fitted)
    else:
        for number in range(len(fitted)):
            torch.manual_seed(seed)
            fitted[number] = fit(fitted[number], found, every, steps, seed)
    if more:
        fitted[1] = go_on(fitted[1], found, every, more, average, seed)
        fitted.append(go_on(fitted[0], found, every, more, 1.0, seed))
    for verifier, bar in zip(fitted, (*bars, bars[0]), strict=False):
        with torch.no_grad():
            verifier.linear.bias.add_(_logit(THRESHOLD) - _logit(bar))
    net = EitherVerifier(fitted, (-math.inf, _logit(against)), (-math.inf, _logit(THRESHOLD)), _logit(alone),
                         _logit(unanimous) if more else None, _logit(certain)).eval()  # fmt: skip
    for entry, words in zip(sets, found, strict=True):
        kept, true = scores(net, words) > _logit(THRESHOLD), words.share > 0.5
        click.echo(f"{entry}: {len(true)} words; goes: {kept[true].sum()} of {true.sum()} true, "
                   f"{kept[~true].sum()} of {(~true).sum()} false")  # fmt: skip
    export(net, out, run=out.stem)
    if int8:
        onnx.save(quantized(out, _feeds(found, seed), IN_FLOAT), int8)


def plain() -> WordVerifier:
    """A verifier that learns from words alone."""
    return WordVerifier(PlainTrunk(CHANNELS), VIEWS, FEATURES, dropout=0.2)


def knowing() -> WordVerifier:
    """One that knows photographs; its views may say what they want."""
    trunk = KnowingTrunk(CHANNELS)
    trunk.colors.load_state_dict(efficientnet_lite())
    return WordVerifier(trunk, VIEWS, FEATURES, most=100, dropout=0.3)


def _feeds(sets: Sequence[Proposals], seed: int) -> list[dict[str, np.ndarray]]:
    """Words of each set by chance, as an exported verifier is given them."""
    rng, feeds = np.random.default_rng(seed), []
    for words in sets:
        chosen = np.sort(rng.permutation(len(words.share))[:CALIBRATING])
        feeds += [{"views": words.views[part], "features": words.features[part].astype(np.float32)}
                  for part in np.array_split(chosen, max(1, -(-len(chosen) // 16))) if len(part)]  # fmt: skip
    return feeds


def _logit(score: float) -> float:
    return math.log(score / (1 - score)) if score else -math.inf


def _entry(text: str) -> tuple[str, str, float]:
    """Manifest, split and share of an argument of ``--set``."""
    first, _, last = text.rpartition(":")
    manifest, split, share = first, last, 1.0
    with suppress(ValueError):
        share = float(last)
        manifest, _, split = first.rpartition(":")
    if not (manifest and split and 0 < share < math.inf):
        raise click.BadParameter(f"{text}: expected MANIFEST:SPLIT or MANIFEST:SPLIT:SHARE, the share above 0")
    return manifest, split, share


if __name__ == "__main__":
    main()
