"""The net of a run folder as an ONNX file, with what whoever runs it must know."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from torch import nn

from textrm.checkpoints.run_net import load_run
from textrm.errors import UserError
from textrm.export.graph import export
from textrm.export.wrappers import exported_class
from textrm.nets.tagging.tagger import Tagger

_MEASURED = {  # what textrm.evaluate takes, by task
    "segmentation": "run=RUN or methods=[RUN]",
    "cleaning": "run=RUN or methods=[RUN]",
    "inpainting": "fills=[RUN]",
    "tagging": "taggers=[RUN]",
}


def run_facts(net: nn.Module, resolved: dict[str, Any]) -> dict[str, Any]:
    """What whoever runs the exported net of a run must know, for :func:`export`.

    The threshold of its task; of a tagger the names of its tags, and the side of the square it sees.
    """
    facts = {"threshold": resolved["task"].get("threshold"), "looks": getattr(net, "looks", None)}
    if isinstance(net, Tagger):
        facts |= {"labels": json.dumps(net.labels, ensure_ascii=False), "size": resolved["data"]["crop"]}
    return facts


@contextmanager
def exported_run(run: Path | str, checkpoint: str, *tasks: str, trust: Sequence[str] = ()) -> Iterator[Path]:
    """The net of a run folder as an ONNX file, to be opened within this: what is measured is what is used.

    Raises:
        UserError: when the folder is no finished run, or one for none of ``tasks``, and as
            :func:`~textrm.checkpoints.run_net.load_run`.
    """
    net, resolved = load_run(Path(run), checkpoint, trust)
    task = exported_class(net).task
    if task not in tasks:
        raise UserError(f"{run} is a run for {task}; expected {' or '.join(tasks)}: measure it with "
                        f"textrm.evaluate {_MEASURED[task]}")  # fmt: skip
    with TemporaryDirectory() as folder:
        file = Path(folder) / "run.onnx"
        export(net, file, run=Path(run).name, **run_facts(net, resolved))
        yield file
