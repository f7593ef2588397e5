"""The classifier of kinds, from drawn pages to weights: ``python -m experiments.kinds``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np

from experiments.kinds.fit import decided, fit, scores
from experiments.kinds.material import UNKNOWN, Words, joined, words_of
from textrm.command_line import click_command
from textrm.data.sample import KINDS
from textrm.importers.workers import workers_option
from textrm.page.kinds.choice import STAY
from textrm.page.kinds.classifier import Classifier
from textrm.page.kinds.features import Known

DRAWN, FOUND, UNSEEN = 700, 910, 460  # seeds
BARS = ((401, 60), (451, 175))  # seeds and how many pages
TREES = 1  # seed of what trees see


@click_command()
@click.option("--pages", default=960, show_default=True, help="Drawn pages to fit to.")
@click.option("--found", default=2640, show_default=True, help="Further ones to fit to, whose words the finder finds.")
@click.option("--measured", default=160, show_default=True, help="Pages in other faces to measure on.")
@click.option("--seed", default=UNSEEN, show_default=True, help="Of the pages to measure on.")
@click.option("--out", default=Path("runs/kinds"), show_default=True, type=click.Path(path_type=Path))
@workers_option
def main(pages: int, found: int, measured: int, seed: int, out: Path, workers: int) -> None:
    """Draw pages, find their words, fit, choose bars, measure; write the weights, and print what is told as what."""
    drawn = words_of(out / "drawn.npz", DRAWN, range(pages), False, False, workers)
    found_words = words_of(out / "found.npz", FOUND, range(found), True, False, workers)
    bars = joined([words_of(out / f"{one}.npz", one, range(count), True, True, workers) for one, count in BARS])
    unseen = words_of(out / f"{seed}.npz", seed, range(measured), True, True, workers)
    classifier = decided(fit(drawn, found_words, seed=TREES), bars)
    classifier.save(out / "weights.npz")
    click.echo("\n".join(report(classifier, unseen)))


def report(classifier: Classifier, words: Words) -> Sequence[str]:
    """A table in Markdown, of the words that go: rows are true kinds, columns what they are told as."""
    known = (words.kind != UNKNOWN) & words.goes
    shares = classifier(Known(words.rows, words.block))[known]
    truth = words.kind[known]
    table, found = scores(truth, shares.argmax(1))
    lines = [f"| | {' | '.join(KINDS)} | F1 |", "|---" * (len(KINDS) + 2) + "|"]
    lines += [f"| {kind} | {' | '.join(map(str, row))} | {score:.2f} |"
              for kind, row, score in zip(KINDS, table.tolist(), found, strict=True)]  # fmt: skip
    stay = np.array([kind in STAY for kind in KINDS])
    stays, may, spoken = stay[classifier.sure(shares)], stay[truth], truth == KINDS.index("dialogue")
    lines += ["", f"macro F1 {found.mean():.3f}; of {(~may).sum()} words of other kinds {(stays & ~may).sum()} stay, "
              f"of {spoken.sum()} of dialogue {(stays & spoken).sum()}, of {may.sum()} of those that stay "
              f"{(stays & may).sum()}"]  # fmt: skip
    return lines


if __name__ == "__main__":
    main()
