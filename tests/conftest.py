"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import pytest

if TYPE_CHECKING:
    from exported_once import ExportedOnce

# Small pictures: threads cost more than they give, and on a busy machine they spin while they wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")
cv2.setNumThreads(1)

SHARED_DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real pages beside the checkout; tests that need it are skipped where it is absent."""
    if not (SHARED_DATA / "comics" / "manifest.csv").is_file():
        pytest.skip(f"no real pages: {SHARED_DATA} is absent")
    return SHARED_DATA


@pytest.fixture(scope="session", autouse=True)
def own_state(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What commands remember of results is kept apart from what they remember for the user."""
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))


@pytest.fixture(scope="session")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stand-in for the trained segmenter."""
    from standin_model import write_model

    return write_model(tmp_path_factory.mktemp("model") / "standin.onnx")


@pytest.fixture(scope="session")
def inpainter_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stand-in for the trained inpainting net."""
    from standin_model import write_inpainter

    return write_inpainter(tmp_path_factory.mktemp("model") / "fill.onnx")


@pytest.fixture(scope="session")
def cleaner_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stand-in for the trained end-to-end net."""
    from standin_model import write_cleaner

    return write_cleaner(tmp_path_factory.mktemp("model") / "clean.onnx")


@pytest.fixture(scope="session")
def exported_once(tmp_path_factory: pytest.TempPathFactory) -> ExportedOnce:
    """What exports a net unless it was exported before."""
    from exported_once import ExportedOnce

    return ExportedOnce(tmp_path_factory.mktemp("exported"))


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A folder with three lettered pages, one of them in a chapter of its own."""
    from infer_command import make_book

    return make_book(tmp_path / "book")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder of three pictures, which are prepared into ``set`` beside it."""
    from prepared_set import make_tree, prepare

    folder = make_tree(tmp_path / "in")
    assert prepare(folder, tmp_path / "set").exit_code == 0
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first: where two processes share the files, neither has a long one left at the end."""
    long = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in long)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was not checked for want of data, of a browser or of another program."""
    wants = (("no real pages", "the real pages are absent"), ("no chromium", "there is no browser"),
             ("no jbig2dec", "there is no jbig2dec"))  # fmt: skip
    for words, reason in wants:
        skipped = [report for report in terminalreporter.stats.get("skipped", []) if words in str(report.longrepr)]
        if skipped:
            files = ", ".join(sorted({report.nodeid.partition("::")[0] for report in skipped}))
            terminalreporter.write_line(f"{len(skipped)} tests were skipped: {reason} ({files})")


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The manifest of sixteen small drawn pages, with a train and a val split."""
    from textrm.synth.write import write_set

    return write_set(
        tmp_path_factory.mktemp("drawn"), 16, seed=3, size=128, workers=1, split=(0.5, 0.5, 0.0), sheet=False
    )
