"""The command: a sweep becomes files that stand alone; mistakes end in one line."""

from __future__ import annotations

import base64
import io
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from PIL import Image
from report_runs import learning, make_run, write_events

from textrm.report.__main__ import main
from textrm.report.page import command_of

VOID = {"meta", "img", "br", "link", "input"}


class Page(HTMLParser):
    """Sees that elements are closed in order, and keeps the attributes and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "action")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.text += data


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two axes, two seeds; a run fails, one has no metrics."""
    root = tmp_path_factory.mktemp("multirun") / "focal <i>"
    for gamma in ("0", "2"):
        for weight in ("1", "5"):
            for seed in (1, 2):
                overrides = ["experiment=seg_xception", f"loss.gamma={gamma}", f"loss.text_weight={weight}"]
                folder = root / f"gamma={gamma},weight={weight},seed={seed}"
                failed = (gamma, weight, seed) == ("2", "5", 2)
                overrides.append(f"seed={seed}")
                if failed:
                    make_run(folder, overrides, seed=seed, status="failed", error="<b>loss</b> & nan")
                else:
                    make_run(folder, overrides, [learning(0.3, seed=seed)], seed=seed)
                    write_events(folder, 0.5)
    make_run(root / "empty", ["experiment=seg_xception", "loss.gamma=0", "loss.text_weight=1", "seed=3"], seed=3)
    task = ["experiment=seg_xception", "loss.gamma=0,2", "loss.text_weight=1,5", "seed=1,2"]
    task += ["class_weights=[1,2],[1,5]", "net.encoder.width=${grow}", "name='a b'"]
    given = ["hydra/launcher=joblib", "hydra.sweep.dir=multirun/focal"]
    written = {"hydra": {"overrides": {"hydra": [*given, "hydra.mode=MULTIRUN"], "task": task}}}
    (root / "multirun.yaml").write_text(yaml.safe_dump(written))
    result = CliRunner().invoke(main, [str(root)])
    assert result.exit_code == 0, result.output
    assert "9 runs: 7 finished, 2 failed" in result.output
    return root


def test_the_report_has_all_its_files(sweep: Path) -> None:
    names = {path.name for path in (sweep / "report").iterdir()}
    pictures = {"metric.png", "learning.png", "loss.png", "precision_recall.png"}
    assert names == {"results.csv", "results.md", "index.html", *pictures}
    for name in pictures:
        with Image.open(sweep / "report" / name) as picture:
            assert picture.width > 600
            assert len(picture.convert("RGB").reduce(4).getcolors(1 << 24) or []) > 50  # something is drawn


def test_the_page_stands_alone_and_is_well_formed(sweep: Path) -> None:
    text = (sweep / "report" / "index.html").read_text()
    page = Page()
    page.feed(text)
    page.close()
    assert page.open == []
    assert all(address.startswith("data:image/") or address == "#unfinished" for address in page.addresses)
    assert not re.search(r"https?://|@import|url\(", text)
    assert "focal <i>" in page.text  # escaped: it is text, not an element
    assert "<b>loss</b> & nan" in page.text
    assert "no figures: metrics.csv is missing" in page.text
    assert str(command_of(sweep)) in page.text
    assert "share of clean pages that is predicted as lettering (lower is better)" in page.text
    sources = [address for address in page.addresses if address.startswith("data:image/jpeg")]
    assert len(sources) == 2 * 4  # two pages, four settings
    assert "seed 1, best val/AP 0." in page.text
    with Image.open(io.BytesIO(base64.b64decode(sources[0].partition(",")[2]))) as picture:
        assert (picture.format, picture.size) == ("JPEG", (400, 60))


def test_the_command_can_be_pasted_into_a_shell(sweep: Path, tmp_path: Path) -> None:
    command = command_of(sweep)
    assert command is not None
    words = subprocess.run(["bash", "-c", command.replace("python -m", "printf '%s\\n'", 1)], text=True,
                           stdout=subprocess.PIPE, check=True).stdout.splitlines()  # fmt: skip
    assert words == [
        "textrm.train", "-m", "hydra/launcher=joblib", "hydra.sweep.dir=multirun/focal", "experiment=seg_xception",
        "loss.gamma=0,2", "loss.text_weight=1,5", "seed=1,2", "class_weights=[1,2],[1,5]", "net.encoder.width=${grow}",
        "name='a b'",
    ]  # fmt: skip
    (tmp_path / "multirun.yaml").write_text("seed: 1")
    assert command_of(tmp_path) is None
    (tmp_path / "multirun.yaml").write_text("{: [")
    assert command_of(tmp_path) is None


def test_a_second_report_is_the_same_and_leaves_no_old_plot(sweep: Path, tmp_path: Path) -> None:
    (tmp_path / "metric.png").write_bytes(b"old")
    result = CliRunner().invoke(main, [str(sweep / "empty"), "--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert {path.name for path in tmp_path.iterdir()} == {"results.csv", "results.md", "index.html"}
    again = tmp_path / "again"
    assert CliRunner().invoke(main, [str(sweep), "--out", str(again)]).exit_code == 0
    for name in ("results.csv", "results.md", "metric.png", "index.html"):
        assert (again / name).read_bytes() == (sweep / "report" / name).read_bytes()
    assert CliRunner().invoke(main, [str(sweep), "--metric", "test/AP", "--out", str(again)]).exit_code == 0
    assert "seed 1, test/AP 0." in (again / "index.html").read_text()  # a test is of the best checkpoint alone


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["absent"], "error: absent: no such folder"),
        (["."], "error: .: has no run; looked for"),
        (["{sweep}", "--metric", "val/mAP"], "error: --metric val/mAP: no run has it; there are test/AP"),
        (["{sweep}", "--group", "net"], "error: --group net: expected what differs between runs: seed, loss.gamma"),
        (["{sweep}", "--out", "file"], "error: file: cannot be written"),
    ],
)
def test_a_mistake_ends_in_one_line(
    sweep: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    result = CliRunner().invoke(main, [word.format(sweep=sweep) for word in arguments])
    assert result.exit_code == 1
    assert result.stderr.startswith(message)
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""
