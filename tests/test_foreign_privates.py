"""What we use of libraries although it is private, or has no page in their reference: it is there, and bounded."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Callable
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import pytorch_lightning as pl
from hydra.core.utils import JobReturn
from pytorch_lightning.callbacks import WeightAveraging
from torch import nn

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
REQUIREMENTS = PROJECT["dependencies"] + [*chain(*PROJECT["optional-dependencies"].values())]


def fit_loop() -> Any:
    return pl.Trainer(logger=False, enable_checkpointing=False, enable_progress_bar=False, accelerator="cpu").fit_loop


def sweeper() -> Any:
    return import_module("hydra._internal.core_plugins.basic_sweeper").BasicSweeper


def parser() -> Any:
    return import_module("hydra._internal.utils").get_args_parser().parse_args(["-mc", "job"])


# Library, what has the names, the names, and where they are used.
USES: list[tuple[str, Callable[[], Any], list[str], str]] = [
    (
        "pytorch-lightning",
        fit_loop,
        ["_iteration_based_training"],
        "textrm/training/trainer.py: no epoch is skipped",
    ),
    (
        "pytorch-lightning",
        lambda: fit_loop().epoch_loop,
        ["_batches_that_stepped"],
        "textrm/callbacks/pictures.py: the step of pictures is that of figures",
    ),
    ("pytorch-lightning", WeightAveraging, ["_average_model", "_latest_update_step"], "textrm/callbacks/averaging.py"),
    ("hydra-core", sweeper, ["_parse_config", "split_arguments"], "hydra_plugins/textrm_sweepers/grid.py"),
    ("hydra-core", parser, ["multirun", "cfg", "info"], "textrm/runs/flags.py"),
    ("torch", lambda: nn.Module, ["_apply"], "textrm/losses/features.py: features follow the task to its device"),
]


@pytest.mark.parametrize(("library", "make", "names", "use"), USES, ids=[use[3].split(":")[0] for use in USES])
def test_it_is_there(library: str, make: Callable[[], Any], names: list[str], use: str) -> None:
    owner = make()
    missing = [name for name in names if not hasattr(owner, name)]
    assert not missing, f"{library} has changed: {owner!r} has no {', '.join(missing)}, which is needed in {use}"


def test_what_a_job_returned_is_a_field() -> None:
    fields = {field.name for field in dataclasses.fields(JobReturn)}
    assert "_return_value" in fields, "hydra-core has changed: hydra_plugins/textrm_sweepers/_jobs.py reads results"


@pytest.mark.parametrize("library", sorted({use[0] for use in USES}))
def test_each_such_library_has_an_upper_bound(library: str) -> None:
    found = [line for line in REQUIREMENTS if re.match(rf"{library}\b(?!-)", line)]
    assert found
    assert all(re.search(r",<\d", line) for line in found), f"{library} needs an upper bound in pyproject.toml: {found}"


def test_no_other_private_name_is_imported() -> None:
    found = {
        match[1]
        for folder in ("textrm", "benchmarks", "experiments", "hydra_plugins")
        for path in (ROOT / folder).rglob("*.py")
        for match in re.finditer(r"^\s*(?:from|import) ((?!textrm|hydra_plugins)[\w.]*\b_[a-z][\w.]*)",
                                 path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    }  # fmt: skip
    assert found == {"hydra._internal.core_plugins.basic_sweeper", "hydra._internal.utils"}
