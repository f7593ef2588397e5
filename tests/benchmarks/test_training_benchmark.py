"""The benchmark of training: what is done is kept, and what it says follows from the figures."""

from __future__ import annotations

import csv
import json
import math
import shutil
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from torch import nn

from benchmarks.training import __main__ as training
from benchmarks.training import measure
from benchmarks.training.nets import PEERS, Peer, costs
from benchmarks.training.table import by_time, spread, verdicts
from textrm.evaluate.scoring import Line
from textrm.synth.write import write_set

pytestmark = pytest.mark.slow

LRASPP = "torchvision_lraspp_mobilenetv3"


def call(*arguments: str) -> str:
    result = CliRunner().invoke(training.main, list(arguments))
    assert result.exit_code == 0, result.output
    return result.output


def test_results_are_written_and_nothing_is_done_twice(
    tmp_path: Path, model_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = write_set(tmp_path / "pages", 16, size=96, workers=1, split=(0.5, 0.5, 0.0), sheet=False)
    out = tmp_path / "out"
    nets = ["xception_fast", LRASPP]
    for name in nets:  # exporting takes long, and has tests of its own
        (out / "onnx").mkdir(parents=True, exist_ok=True)
        shutil.copy(model_file, out / "onnx" / f"{name}.onnx")
    monkeypatch.setattr(measure, "PAGE", (50, 70))
    monkeypatch.setattr(measure, "RECIPE", (*measure.RECIPE, "trainer.precision=32-true", "data.workers=0"))
    given = [f"--manifest={manifest}", f"--test-manifest={manifest}", "--limit=2", "--steps=2", "--crop=64",
             "--batch=2", "--threads=1", "--seeds=3", "--rates=0.001,0.01", f"--only={','.join(nets)}",
             f"--out={out}"]  # fmt: skip
    first = call(*given)
    with (out / "results.csv").open() as file:
        lines = list(csv.DictReader(file))
    assert [(line["net"], line["seed"]) for line in lines] == [(net, "3") for net in nets]
    for line in lines:
        assert 0 < float(line["val_AP"]) == float(line["test_AP"]) < 1
        assert float(line["seconds_per_page"]) > 0
        assert float(line["steps_per_second"]) > 0
        assert math.isfinite(float(line["loss"]))
        tried = {
            rate: json.loads((out / "pairs" / f"{line['net']}-{rate}-3.json").read_text()) for rate in ("0.001", "0.01")
        }
        assert line["rate"] == max(tried, key=lambda rate: tried[rate]["val_AP"])
    assert len({line["loss"] for line in lines}) == 2
    assert float(lines[1]["parameters"]) == 3.218138  # as torchvision states, less 20 of 21 classes
    assert f"AP: xception_fast ({float(lines[0]['seconds_per_page']):.3f} s)" in first

    def never(*arguments: object) -> None:
        raise AssertionError("this was done before")

    monkeypatch.setattr(training, "train_and_score", never)
    monkeypatch.setattr(training, "time_pages", never)
    assert call(*given) == first
    result = CliRunner().invoke(training.main, [*given, "--steps=3"])
    assert result.exit_code == 1
    assert result.output.startswith(f"error: {out} was measured with steps=2;")


def test_all_nets_of_a_seed_see_the_same_crops_in_the_same_order(tmp_path: Path) -> None:
    manifest = write_set(tmp_path / "pages", 16, size=96, workers=1, split=(0.5, 0.5, 0.0), sheet=False)

    class Recorder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer, self.seen = nn.Conv2d(3, 1, 1), list[torch.Tensor]()

        def forward(self, image: torch.Tensor) -> torch.Tensor:
            self.seen.append(image)
            return self.layer(image)

    def seen(seed: int) -> torch.Tensor:
        net = Recorder()
        settings = measure.Settings(str(manifest), "", "val", 1, 3, 32, 2, 1)
        list(measure.steps_of(net, seed, 0.003, settings))
        return torch.stack(net.seen)

    first = seen(1)
    assert first.shape == (3, 2, 3, 32, 32)
    assert torch.equal(first, seen(1))
    assert not torch.equal(first, seen(2))


def test_differences_are_paired_by_seed_with_the_best_peer_that_is_not_slower() -> None:
    figures = {
        ("ours", 1.0): (0.80, 0.70, 0.90),
        ("quick", 0.5): (0.70, 0.60, 0.80),
        ("equal", 1.0): (0.75, 0.68, 0.82),
        ("slow", 1.1): (0.95, 0.95, 0.95),
        ("tiny", 0.1): (0.50, 0.60, 0.70),
    }
    lines: list[Line] = [
        {"net": name, "seed": seed, "seconds_per_page": seconds, "val_AP": value}
        for (name, seconds), values in figures.items()
        for seed, value in enumerate(values)
    ]
    found = list(verdicts(lines, {"ours", "tiny"}, "val_AP"))
    assert by_time(lines) == ["tiny", "quick", "ours", "equal", "slow"]
    assert found[1] == ("val_AP: ours (1.000 s), best peer that is not slower: equal (1.000 s); "
                        "difference +0.0500 ± 0.0300 over 3 seeds")  # fmt: skip
    assert "no peer is as fast; the fastest: quick (0.500 s); difference -0.1000 ± 0.1000" in found[0]
    assert list(verdicts(lines[:3], {"ours"}, "val_AP")) == []
    assert spread([0.25], "{:.2f}") == "0.25"


def test_peers_begin_as_ours_do_and_costs_are_counted() -> None:
    torch.manual_seed(0)
    net = PEERS[LRASPP]()
    assert isinstance(net, Peer)
    assert {module.momentum for module in net.modules() if isinstance(module, nn.BatchNorm2d)} == {0.1}
    heads = [net.get_submodule(f"net.classifier.{name}").get_parameter("bias").item()
             for name in ("low_classifier", "high_classifier")]  # fmt: skip
    assert torch.tensor(sum(heads)).sigmoid().item() == pytest.approx(0.03)
    with torch.inference_mode():
        assert net.eval()(torch.rand(1, 3, 64, 96)).shape == (1, 1, 64, 96)
    layer = nn.Conv2d(3, 4, 3, padding=1, bias=False)
    assert costs(layer, 100) == {"parameters": 108 / 1e6, "GMAC": pytest.approx(108 * 100**2 / 1e9)}
    assert json.loads(json.dumps(costs(net)))["GMAC"] == pytest.approx(7.84, abs=0.01)
