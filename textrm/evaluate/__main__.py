"""Evaluate: ``python -m textrm.evaluate manifest=<manifest.csv> [model=… | run=… | methods=[…] | fills=[…] | …]``."""

from __future__ import annotations

from pathlib import Path

from textrm.extras import needs_extra

with needs_extra("train", __name__):
    from omegaconf import DictConfig

    from textrm.evaluate.comparison import Comparison, chosen, tell
    from textrm.runs.config import at_least, hydra_entry


@hydra_entry("evaluate", limit=int, model=str, fill_model=str, run=str, by=str, out=str)
def main(config: DictConfig) -> None:
    """Print the table of ways to clean, to fill or to tag on one split of a manifest, and write files of it.

    What is evaluated is a list of one or more, see :func:`textrm.evaluate.comparison.chosen`; how, is told by
    :func:`textrm.evaluate.methods.compare_methods`, :func:`textrm.evaluate.fills.compare_fills` and
    :func:`textrm.evaluate.taggers.compare_taggers`.
    """
    at_least(config, threads=1, sheet=0)
    subject, names = chosen(config)
    tell(_compared(subject, config, names), None if config.out is None else Path(config.out))


def _compared(subject: str, config: DictConfig, names: list[str]) -> Comparison:
    if subject == "methods":
        from textrm.evaluate.methods import compare_methods  # here, as below: an ONNX file need not wait for torch

        return compare_methods(config, names)
    if subject == "fills":
        from textrm.evaluate.fills import compare_fills

        return compare_fills(config, names)
    from textrm.evaluate.taggers import compare_taggers

    return compare_taggers(config, names)


if __name__ == "__main__":
    main()
