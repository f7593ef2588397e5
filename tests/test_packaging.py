"""What is built is whole: the wheel runs from a folder of its own, and the sdist makes the same wheel."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

import textrm

ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.slow


BOTH = """
import runpy, sys
for words in (["-h"], ["experiment=seg_xception", "--cfg", "job"]):
    sys.argv = ["textrm.train", *words]
    try:
        runpy.run_module("textrm.train", run_name="__main__")
    except SystemExit as end:
        assert not end.code, end.code
"""


def build(source: Path, out: Path, target: str) -> Path:
    """Build what ``target`` says, ``wheel`` or ``sdist``, without a network and without an environment of its own."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(out), "-t", target]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (built,) = out.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, tmp_path_factory.mktemp("wheel"), "wheel")


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("installed")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile", "--target"]
    subprocess.run([*command, str(target), str(wheel)], check=True, capture_output=True)
    return target


def run(installed: Path, folder: Path, *arguments: str) -> str:
    """What ``python …`` prints in ``folder`` with the installed package before any other of its name."""
    environment = os.environ | {"PYTHONPATH": str(installed)}
    done = subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_helps_trains_and_cleans_a_page(installed: Path, tmp_path: Path) -> None:
    where = run(installed, tmp_path, "-c", "import textrm; print(textrm.__version__, textrm.__file__)").split()
    assert where == [textrm.__version__, str(installed / "textrm" / "__init__.py")]
    assert "PAGE_OR_BOOK_OR_DIR" in run(installed, tmp_path, "-m", "textrm.infer", "-h")
    told = run(installed, tmp_path, "-c", BOTH)  # in one process: importing what trains takes seconds
    assert "experiment=seg_xception" in told.partition("_target_")[0]
    assert "_target_: textrm.nets" in told  # composed from the files in the wheel
    page = np.full((320, 480, 3), 255, np.uint8)
    cv2.putText(page, "HELLO THERE", (60, 150), cv2.FONT_HERSHEY_DUPLEX, 1.6, (0, 0, 0), 3, cv2.LINE_AA)
    cv2.imwrite(str(tmp_path / "page.png"), page)
    run(installed, tmp_path, "-m", "textrm.infer", "page.png", "-o", "clean", "--threads", "1")
    clean = cv2.imread(str(tmp_path / "clean" / "page.png"))
    assert clean.shape == page.shape
    assert (page < 128).sum() > 3 * 2_000
    assert (clean < 128).sum() < 0.02 * (page < 128).sum()


def test_the_sdist_makes_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    sdist = build(ROOT, tmp_path / "sdist", "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    again = build(tmp_path / sdist.name.removesuffix(".tar.gz"), tmp_path / "wheel", "wheel")
    assert again.name == wheel.name
    with zipfile.ZipFile(wheel) as one, zipfile.ZipFile(again) as other:
        assert sorted(one.namelist()) == sorted(other.namelist())
        sums = [{entry.filename: entry.CRC for entry in archive.infolist()} for archive in (one, other)]
    assert sums[0] == sums[1]
    assert {
        "textrm/conf/train.yaml",
        "textrm/weights/find.onnx",
        "textrm/review/web/main.js",
        "hydra_plugins/textrm_sweepers/grid.py",
    } <= set(sums[0])


def test_the_root_holds_few_files_and_the_citation_has_the_version() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert len([name for name in listed if "/" not in name]) <= 12
    assert f"version: {textrm.__version__}\n" in (ROOT / "CITATION.cff").read_text()
    assert f"## {textrm.__version__}\n" in (ROOT / "CHANGELOG.md").read_text()


def test_every_extra_is_pinned() -> None:
    """What an extra asks for by name has its exact version in constraints.txt."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in (ROOT / "constraints.txt").read_text().split()}
    asked = [name for names in project["optional-dependencies"].values() for name in names] + project["dependencies"]
    names = {re.split(r"[<>=\[]", name)[0].lower() for name in asked} - {"textrm"}
    assert len(names) > 30
    assert names - pinned == set()


# Releases with known holes, or that were malicious: of each library the first that counts after them.
PAST = {"pillow": (12, 3), "hydra-core": (1, 3, 4), "pytorch-lightning": (2, 6, 4)}


@pytest.mark.parametrize("library", PAST)
def test_floors_are_past_what_is_known_to_be_harmful(library: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [name for names in project["optional-dependencies"].values() for name in names] + project["dependencies"]
    floors = [match[1] for line in asked if (match := re.match(rf"{library}(?:\[\w+\])?>=([\d.]+)", line))]
    assert floors
    assert all(tuple(map(int, floor.split("."))) >= PAST[library] for floor in floors)
