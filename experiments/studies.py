"""How the studies of the segmenter run: pages are drawn, sweeps trained, one report made.

A study is a folder with ``config.yaml``: under the name of each budget the sweeps that it consists of, as arguments of
``python -m textrm.train -m``, and under ``metric`` the figure that is plotted. What is finished is not repeated. A
sweep refuses to go on where a default has changed since; what was made by a single command does not notice.
"""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
from omegaconf import OmegaConf

from experiments.running import once, run
from textrm.command_line import click_command

DRAWN = Path("runs/studies")  # the pages of all studies
SETS = {"train": (200, 6, "[1,0,0]"), "val": (24, 7, "[0,1,0]"), "test": (24, 8, "[0,0,1]")}  # pages, seed, split
DEFAULT = "two_cores"  # the budget that the pages of the studies tell of


@dataclass(frozen=True)
class Study:
    """What the options say. ``data`` are the overrides that name the pages; ``out`` is the folder of all runs."""

    data: str
    words: str
    out: Path

    @property
    def report(self) -> Path:
        """The folder of tables and plots, those that the study makes itself among them."""
        return self.out / "report"

    def sweep(self, words: str, more: str) -> int:
        """Train one sweep in the folder of the study; 1 where jobs failed, else 0. ``more`` wins over the others."""
        given = f"experiment=study {words} {self.data} {self.words} hydra.sweep.dir={self.out} {more}".strip()
        return run(f"textrm.train -m {given}", allowed=(0, 1))


def command(folder: Path, before: Callable[[Study], str] | None = None,
            after: Callable[[Study], None] | None = None) -> click.Command:  # fmt: skip
    """The command of the study in ``folder``.

    ``before`` makes what its sweeps need and returns further overrides; ``after`` draws what the report does not.
    """

    @click_command(help=f"Draw pages, train the sweeps of {folder.name}/config.yaml that are not done yet, report.")
    @click.option("--budget", default=DEFAULT, show_default=True, help="Of config.yaml: two_cores, full.")
    @click.option("--pages", help="Manifest of real pages to test on, split val.  [drawn pages]")
    @click.option("--limit", default=10, show_default=True, help="Of them, evenly spread.")
    @click.option("--launcher", default="basic", show_default=True, help="basic, joblib, submitit_slurm, ray, …")
    @click.option("--threads", default=2, show_default=True, help="Of each job.")
    @click.option("--out", type=click.Path(path_type=Path), help="Folder of the runs.  [in multirun/]")
    @click.option("--publish", is_flag=True, help="Replace the tables and plots beside the study's page.")
    @click.argument("overrides", nargs=-1)
    def main(budget: str, pages: str | None, limit: int, launcher: str, threads: int, out: Path | None,
             publish: bool, overrides: tuple[str, ...]) -> None:  # fmt: skip
        config = OmegaConf.load(folder / "config.yaml")
        if budget not in config.sweeps:
            sys.exit(f"error: --budget {budget}: expected one of {', '.join(config.sweeps)}")
        if publish and budget != DEFAULT:
            sys.exit(
                f"error: --publish --budget {budget}: the study's page tells of the budget {DEFAULT}; leave one out"
            )
        draw()
        name = folder.name if budget == DEFAULT else f"{folder.name}-{budget}"
        test = f"{DRAWN}/test/manifest.csv"
        if pages:
            test = f"{shlex.quote(pages)} data.test.split=val data.test.limit={limit}"
        data = f"data.manifest={DRAWN}/train/manifest.csv data.val.manifest={DRAWN}/val/manifest.csv"
        words = f"threads={threads} hydra/launcher={launcher} {shlex.join(overrides)}".strip()
        study = Study(f"{data} data.test.manifest={test}", words, out or Path("multirun", name))
        more = before(study) if before else ""
        failed = max(study.sweep(sweep, more) for sweep in config.sweeps[budget])
        run(f"textrm.report {study.out} --metric {config.metric}")
        if after:
            after(study)
        for path in sorted(study.report.iterdir()) if publish else ():
            if path.suffix in (".png", ".csv"):
                shutil.copy(path, folder / path.name)
        sys.exit(failed)

    return main


def draw() -> None:
    """The pages that all studies share."""
    for name, (pages, seed, split) in SETS.items():
        out = DRAWN / name
        once(f"textrm.synth out={out} n={pages} seed={seed} size=512 split={split}", out)
