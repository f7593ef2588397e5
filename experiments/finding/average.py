"""Averages the weights of two finders: ``python -m experiments.finding.average FIRST SECOND OUT --share 0.65``."""

from __future__ import annotations

from pathlib import Path

import click
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from textrm.checkpoints.weights import widened
from textrm.command_line import click_command
from textrm.files import write_whole
from textrm.nets.segmentation.coarse_to_fine import CoarseToFine


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
    entries, before = _weights(model), {name: _tensor(entry) for name, entry in _weights(onnx.load(first)).items()}
    if not entries:
        raise click.ClickException(f"{second} has no weights of textrm: give a file of textrm.export")
    if all(name.startswith("net.") for name in entries):
        before = CoarseToFine(nn.Identity()).take_over(before)
    for name, entry in entries.items():
        weight = _tensor(entry)
        earlier = widened(before[name], weight) if name in before else None
        if earlier is None or earlier.shape != weight.shape:
            raise click.ClickException(f"{first} has no {name} like that of {second}: give float files of the same net")
        middle = share * earlier + (1 - share) * weight
        entry.CopyFrom(numpy_helper.from_array(middle.numpy(), entry.name))
    write_whole(out, model.SerializeToString())
    click.echo(f"{out}: {len(entries)} weights averaged")


def _weights(model: onnx.ModelProto) -> dict[str, onnx.TensorProto]:
    """The weights in a file of textrm by their names in torch, without the constants of its graph."""
    stored = {entry.name: entry for entry in model.graph.initializer if entry.name.startswith("net.")}
    return {name.removeprefix("net."): entry for name, entry in stored.items()}


def _tensor(entry: onnx.TensorProto) -> Tensor:
    return torch.from_numpy(numpy_helper.to_array(entry).copy())


if __name__ == "__main__":
    main()
