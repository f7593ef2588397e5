"""What a user of the CPU tool installs, and how long it takes to import: ``python -m benchmarks.install``."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from rich.console import Console
from rich.table import Table

from textrm.command_line import click_command
from textrm.errors import UserError

ROOT = Path(__file__).resolve().parent.parent
IMPORTS = 5  # fresh processes that are timed, after one that is not
MEGABYTES, SECONDS = 400, 0.5  # the bars

_IMPORT = "import time; start = time.perf_counter(); import textrm.page; print(time.perf_counter() - start)"


@click_command()
def main() -> None:
    """Install this checkout without extras into a temporary environment and print its size and import time."""
    console = Console()
    try:
        with tempfile.TemporaryDirectory() as name, console.status("installing") as status:
            packages = install(ROOT, Path(name))
            size = size_on_disk(packages) / 1e6
            status.update("importing")
            seconds = import_seconds(_python(Path(name)))
    except UserError as error:
        sys.exit(f"error: {error}")
    table = Table("", "measured", "bar", title="base install, packages of constraints.txt")
    table.add_row("on disk", f"{size:.0f} MB", f"{MEGABYTES} MB")
    table.add_row(f"import textrm.page, median of {IMPORTS}", f"{seconds:.2f} s", f"{SECONDS} s")
    console.print(table)


def install(source: Path, folder: Path) -> Path:
    """Install ``source`` (a project or a wheel) and what it needs into a new environment; returns its site-packages.

    The environment has no pip of its own, which would count.

    Raises:
        UserError: when pip fails.
    """
    venv.create(folder, with_pip=False)
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(_python(folder)), "--disable-pip-version-check", "install",
         "--quiet", "--constraint", str(ROOT / "constraints.txt"), str(source)],
        capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        said = next((line for line in lines if line.startswith("ERROR: ")), lines[-1] if lines else "nothing")
        raise UserError(f"pip cannot install {source}, it says {said.removeprefix('ERROR: ')!r}; run it by hand")
    (packages,) = folder.glob("lib/python*/site-packages")
    return packages


def size_on_disk(folder: Path) -> int:
    """The bytes that the files in a folder occupy, in whole blocks."""
    return sum(os.lstat(Path(where) / name).st_blocks * 512 for where, _, names in os.walk(folder) for name in names)


def import_seconds(python: Path) -> float:
    """The median time of ``import textrm.page`` over fresh processes, which see neither this folder nor PYTHONPATH."""
    times = [
        float(subprocess.run([python, "-I", "-c", _IMPORT], check=True, stdout=subprocess.PIPE, text=True).stdout)
        for _ in range(IMPORTS + 1)
    ]
    return statistics.median(times[1:])


def _python(folder: Path) -> Path:
    return folder / "bin" / "python"


if __name__ == "__main__":
    main()
