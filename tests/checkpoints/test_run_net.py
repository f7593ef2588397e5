"""A net is made again from its run's folder, and from nothing that somebody else wrote into one."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import torch
import yaml
from export_runs import CONVOLUTION, make_run

from textrm.checkpoints.run_net import check_targets, load_run
from textrm.errors import UserError

pytestmark = pytest.mark.slow


def test_run_is_rebuilt_from_its_yaml(tmp_path: Path) -> None:
    weight = torch.full((1, 3, 1, 1), 0.25)
    run = make_run(tmp_path / "run", CONVOLUTION, {"net.weight": weight, "other": torch.zeros(1)})
    found, resolved = load_run(run)
    assert torch.equal(found.state_dict()["weight"], weight)
    assert not found.training
    assert resolved["task"]["threshold"] == 0.5
    narrow = make_run(tmp_path / "narrow", CONVOLUTION, {"net.weight": weight[:, :2]})
    with pytest.raises(UserError, match="do not fit"):
        load_run(narrow)


@pytest.mark.parametrize("where", ["net", "task"])
def test_a_foreign_run_cannot_have_its_values_made_elsewhere(where: str, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", CONVOLUTION, {})
    text = yaml.safe_load((run / "resolved.yaml").read_text())
    text[where]["kept"] = ["${oc.env:HOME}"]
    (run / "resolved.yaml").write_text(yaml.safe_dump(text))
    with pytest.raises(UserError, match=r"resolved.yaml holds \$\{oc.env:HOME\}: textrm.train writes values alone"):
        load_run(run)


FOREIGN = (
    "os.system",
    "textrm.checkpoints.weights.torch.load",
    "textrm.nets.segmentation.segmenter.torch.load",
    "textrm.pictures.read.np.load",
    "textrm.files.Path",
    "textrm.nets.layers.phases.with_dilation",
    "textrm.nets.x",
)


@pytest.mark.parametrize("target", FOREIGN)
def test_foreign_classes_are_refused(target: str, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", {"_target_": target, "command": "true"}, {})
    with pytest.raises(UserError, match=rf"builds {target.replace('.', '[.]')}:"):
        load_run(run)
    with pytest.raises(UserError, match=rf"builds {target.replace('.', '[.]')}:"):
        check_targets({"_target_": "torch.nn.Sequential", "parts": [{"_target_": target}]})


@pytest.mark.parametrize("content", [b"no checkpoint", b"", pickle.dumps({"state": 1}, 2)])
def test_foreign_checkpoints_are_refused(content: bytes, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", CONVOLUTION, {})
    (run / "checkpoints" / "best.ckpt").write_bytes(content)
    with pytest.raises(UserError, match=r"is not a checkpoint of textrm\.train"):
        load_run(run)


@pytest.mark.parametrize("content", ["", "net: [", "task: {}", "net: {a: ${b}}"])
def test_broken_configurations_are_refused(content: str, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", CONVOLUTION, {})
    (run / "resolved.yaml").write_text(content)
    with pytest.raises(UserError, match=r"resolved\.yaml is not the configuration of a run"):
        load_run(run)


def test_not_a_run(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"is not a finished run: there is no resolved\.yaml"):
        load_run(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("5", "is not the configuration of a run"),
        ("- net", "is not the configuration of a run"),
        ("", "is not the configuration of a run"),
        ("net: xception", "is not the configuration of a run"),
        ("net: {width: 1}", "its net is"),
        ("net: [1, 2]", "its net is"),
        ("net: {_target_: 5}", "resolved.yaml builds 5"),
        (f"net: {'[' * 3000}{']' * 3000}", "is not the configuration of a run"),
        ("net: *missing", "is not the configuration of a run"),
    ],
)
def test_what_is_no_configuration_is_told(tmp_path: Path, text: str, said: str) -> None:
    run = make_run(tmp_path / "run", CONVOLUTION, {})
    (run / "resolved.yaml").write_text(text)
    with pytest.raises(UserError) as error:
        load_run(run)
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 400 + len(str(run))
