"""Averages the weights of two finders: ``python -m experiments.finding.average FIRST SECOND OUT --share 0.65``."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
import onnx
from onnx import numpy_helper

from textrm.command_line import click_command
from textrm.files import write_whole


@click_command()
@click.argument("first", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("second", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--share", default=0.5, show_default=True, type=click.FloatRange(0, 1), help="Weight of FIRST.")
def main(first: Path, second: Path, out: Path, share: float) -> None:
    """Write SECOND with the average of its weights and FIRST's, both float ONNX files of the same net.

    FIRST is what SECOND was trained from. Between the two lie weights that keep what the first knew of its own pages
    and what the second learnt of others (Wortsman et al. 2022, robust fine-tuning). FIRST may be a net of one look, and
    counts as one that does not heed its prior.
    """
    model = onnx.load(second)
    before = {entry.name: numpy_helper.to_array(entry) for entry in onnx.load(first).graph.initializer}
    mixed = 0
    for entry in model.graph.initializer:
        if not entry.name.startswith("net."):
            continue  # constants of the graph
        name = entry.name if entry.name in before else entry.name.replace("net.net.", "net.", 1)
        weight = numpy_helper.to_array(entry)
        if name not in before or before[name].shape[2:] != weight.shape[2:]:
            raise click.ClickException(f"{first} has no {name} like that of {second}: give float files of the same net")
        earlier = before[name]
        if earlier.ndim == 4 and earlier.shape[1] == weight.shape[1] - 1:
            earlier = np.concatenate([earlier, np.zeros_like(earlier[:, :1])], 1)
        middle = (share * earlier + (1 - share) * weight).astype(weight.dtype)
        entry.CopyFrom(numpy_helper.from_array(middle, entry.name))
        mixed += 1
    if not mixed:
        raise click.ClickException(f"{second} has no weights of textrm: give a file of textrm.export")
    write_whole(out, model.SerializeToString())
    click.echo(f"{out}: {mixed} weights averaged")


if __name__ == "__main__":
    main()
