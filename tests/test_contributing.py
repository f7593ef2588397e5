"""The map in CONTRIBUTING.md is that of the tree, and the tree keeps its measures."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text()
MAP = TEXT[TEXT.index("## Where things live") : TEXT.index("## Where is")]
LINES = 250  # more ask for a reason, which stands at the top of the file
FINDER = TEXT[TEXT.index("## Where is") : TEXT.index("## Rules")]


def test_the_map_names_every_package_and_none_that_is_gone() -> None:
    named = set(re.findall(r"`textrm/(\w+)/`", MAP))
    assert named == {path.parent.name for path in (ROOT / "textrm").glob("*/*.py")} | {"weights"}


def test_every_path_that_is_named_exists() -> None:
    folders = "textrm|conf|tests|hydra_plugins|docs|benchmarks|experiments|findings|notebooks|data"
    paths = re.findall(rf"`((?:{folders})/[\w./]*)`", TEXT)
    assert len(paths) > 40
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_names_that_are_looked_for_are_there() -> None:
    for module, name in (("pictures.stored", "to_rgb"), ("pictures.stored", "put_back"), ("runs.outcome", "recorded"),
                         ("page.finding.find", "find"), ("page.filling.fill", "fill_holes"),
                         ("metrics.pictures", "picture_scores")):  # fmt: skip
        assert f"textrm/{module.replace('.', '/')}.py" in FINDER
        assert callable(getattr(import_module(f"textrm.{module}"), name))
    assert "``left``" in import_module("textrm.metrics.pictures").picture_scores.__doc__


def listed(*patterns: str) -> list[Path]:
    """What git knows of, with what is new and not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for line in done.stdout.splitlines() if (path := ROOT / line).is_file()]


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def test_no_folder_holds_more_than_twenty_files() -> None:
    counts = Counter(path.parent for path in listed())
    assert len(counts) > 100
    assert {str(folder.relative_to(ROOT)): count for folder, count in counts.items() if count > 20} == {}
    assert len(list((ROOT / "textrm").glob("*.py"))) <= 12


def test_no_room_holds_more_than_a_third_of_the_package() -> None:
    lines: Counter[str] = Counter()
    for path in listed("textrm/*.py"):
        lines[path.relative_to(ROOT).parts[1]] += len(lines_of(path))
    room, most = lines.most_common(1)[0]
    assert 0.1 < most / lines.total() <= 0.35, room


def test_long_files_say_why() -> None:
    long = [path for path in listed("*.py", "*.js", "*.css") if len(lines_of(path)) > LINES]
    assert ROOT / "textrm/data/manifest.py" in long
    assert [
        path for path in long if "onger than other files" not in " ".join(lines_of(path)[:8]).replace(" // ", " ")
    ] == []


def test_an_experiment_has_thirty_lines_at_most() -> None:
    files = listed("conf/experiment/*.yaml", "experiments/*.yaml", "lab/*.yaml")
    assert len(files) > 20
    own = {path: [line for line in lines_of(path) if not line.lstrip().startswith("#")] for path in files}
    assert [path for path, lines in own.items() if len(lines) > 30] == []
