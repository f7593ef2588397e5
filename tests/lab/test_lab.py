"""The example of own parts goes the whole way: trained, resumed, swept, exported, measured, used and reported."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import pytest
import torch
from click.testing import CliRunner

from textrm.evaluate.__main__ import main as evaluate
from textrm.export.__main__ import main as export
from textrm.infer import main as clean
from textrm.page.models.model import task_of
from textrm.report.__main__ import main as report
from textrm.train import main as train

pytestmark = pytest.mark.slow

LAB = ["--config-dir", "lab/conf", "experiment=lab"]
TINY = [
    "threads=1", "data.samples_per_epoch=16", "trainer.max_epochs=1", "callbacks.progress=null", "net.width=4",
    "trainer.accelerator=cpu", "trainer.log_every_n_steps=1",
]  # fmt: skip

Command = Callable[..., int]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs one of Hydra's commands on these words; returns its exit status."""

    def run(main: Callable[[], object], *words: str) -> int:
        monkeypatch.setattr(sys, "argv", ["textrm", *words])
        try:
            main()
        except SystemExit as end:
            return int(end.code or 0)
        return 0

    return run


@pytest.fixture(autouse=True)
def loggers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield
    torch.use_deterministic_algorithms(False)


def test_own_parts_go_the_whole_way(
    command: Command, tmp_path: Path, make_manifest: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    assert command(train, *LAB, *TINY, f"run={run}") == 0
    header = (run / "metrics.csv").read_text().splitlines()[0]
    assert {"val/area_error", "train/gradient_norm", "val/AP"} <= set(header.split(","))
    outcome = json.loads((run / "outcome.json").read_text())
    assert outcome["parameters"] == 4 * 28 + 8 * 37 + 8 * 73 + 16 * 9
    # At a quarter of the pixels 4 × 27 products, at a sixteenth the others.
    assert outcome["gmac_per_megapixel"] == pytest.approx(
        (4 * 27 / 4 + (8 * 36 + 8 * 72 + 16 * 8) / 16) / 1e3, abs=1e-4
    )
    assert outcome["cpu_seconds_per_megapixel"] > 0
    assert outcome["cpu_threads"] == 2
    assert outcome["pictures_per_second"] > 0
    first = torch.load(run / "checkpoints/last.ckpt", weights_only=True)
    assert command(train, *LAB, *TINY, f"run={run}", "ckpt_path=last", "trainer.max_epochs=2") == 0
    last = torch.load(run / "checkpoints/last.ckpt", weights_only=True)
    assert (first["global_step"], last["global_step"]) == (2, 4)

    out = tmp_path / "lab.onnx"
    capsys.readouterr()
    assert command(export, f"run={run}", f"out={out}") == 1
    assert capsys.readouterr().err == (
        "error: resolved.yaml builds lab.nets.PlainNet: only nets of textrm.nets, torch.nn, torchvision.ops are built; "
        "if you trust its code, give trust=[lab]\n"
    )
    assert command(export, f"run={run}", f"out={out}", "trust=[lab]") == 0
    assert task_of(out) == "segmentation"

    pages = make_manifest(4, "val")
    words = (f"manifest={pages}", f"methods=[{run}]", "sheet=0", f"out={tmp_path / 'table'}", "fill=flat")
    assert command(evaluate, *words, "trust=[lab]") == 0
    assert (tmp_path / "table/summary.csv").read_text().splitlines()[1].startswith("run,all,4,")

    page = pages.parent / "0_image.png"
    cleaned = CliRunner().invoke(clean, [str(page), "-o", str(tmp_path / "clean"), "--model", str(out)])
    assert cleaned.exit_code == 0, cleaned.output
    assert cv2.imread(str(tmp_path / "clean/0_image.png")).shape == (60, 80, 3)


def test_own_parts_are_swept_and_reported(command: Command, tmp_path: Path) -> None:
    sweep = tmp_path / "sweep"
    words = ("-m", *LAB, *TINY, f"hydra.sweep.dir={sweep}", "loss.text_weight=1,4")
    assert command(train, *words) == 0
    outcomes = [json.loads(path.read_text()) for path in sorted(sweep.glob("*/outcome.json"))]
    assert [outcome["status"] for outcome in outcomes] == ["finished"] * 2
    reported = CliRunner().invoke(report, [str(sweep)])
    assert reported.exit_code == 0, reported.output
    rows = (sweep / "report/results.csv").read_text().splitlines()
    assert len(rows) == 3
    assert "loss.text_weight" in rows[0]
    measured = [dict(zip(rows[0].split(","), row.split(","), strict=True)) for row in rows[1:]]
    assert [row["parameters"] for row in measured] == ["1136"] * 2
    assert len({row["cpu_seconds_per_megapixel"] for row in measured}) == 1  # one net, timed once


def test_the_own_encoder_goes_into_a_net_of_textrm(command: Command, tmp_path: Path) -> None:
    run = tmp_path / "run"
    words = [*LAB[:2], "net=xception_fast", "encoder@net.encoder=lab", "data=lab", *TINY[:4], f"run={run}"]
    words += ["callbacks.costs.cpu_threads=null"]  # to time it takes an export
    assert command(train, *words, "net.decoder.channels=8", "net.pooling.out_channels=8") == 0
    state = torch.load(run / "checkpoints/last.ckpt", weights_only=True)["state_dict"]
    assert state["net.encoder.stages.2.0.weight"].shape == (32, 16, 3, 3)
