"""The classifier of kinds, from drawn pages to weights: ``python -m experiments.kinds``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np

from experiments.kinds.fit import decided, fit, scores
from experiments.kinds.material import UNKNOWN, Words, words_of
from textrm.command_line import click_command
from textrm.data.sample import KINDS
from textrm.importers.workers import workers_option
from textrm.page.kinds.choice import STAY
from textrm.page.kinds.classifier import Classifier
from textrm.page.kinds.features import Known

DRAWN, FOUND, BARS, UNSEEN = 900, 910, 451, 460  # seeds


@click_command()
@click.option("--pages", default=2200, show_default=True, help="Drawn pages to fit to.")
@click.option("--found", default=980, show_default=True, help="Further ones to fit to, whose words the finder finds.")
@click.option("--measured", default=160, show_default=True,
              help="Pages in other faces to measure on, and as many to choose the bars on.")  # fmt: skip
@click.option("--out", default=Path("runs/kinds"), show_default=True, type=click.Path(path_type=Path))
@workers_option
def main(pages: int, found: int, measured: int, out: Path, workers: int) -> None:
    """Draw pages, fit, choose the bars, measure; write the weights, and print a table of what is told for what."""
    drawn = words_of(out / "drawn.npz", DRAWN, range(pages), False, False, workers)
    found_words = words_of(out / "found.npz", FOUND, range(found), True, False, workers)
    bars = words_of(out / "bars.npz", BARS, range(measured), True, True, workers)
    unseen = words_of(out / "unseen.npz", UNSEEN, range(measured), True, True, workers)
    classifier = decided(fit(drawn, found_words), bars)
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
