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


OWN = {"_target_": "mine_trusted.Net"}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of somebody's, which tells when it is imported."""
    monkeypatch.syspath_prepend(str(tmp_path))
    module = tmp_path / "mine_trusted.py"
    module.write_text(
        "from os import system\nfrom pathlib import Path\nfrom torch import nn\n"
        "Path(__file__).with_name('imported').touch()\n"
        "class Net(nn.Conv2d):\n    def __init__(self): super().__init__(3, 1, 1, bias=False)\n"
        "def made(): return Net()\ndef none(): return {}\n"
    )
    return module


def test_a_net_of_ones_own_is_built_where_its_package_is_trusted(package: Path, tmp_path: Path) -> None:
    weight = torch.full((1, 3, 1, 1), 0.25)
    run = make_run(tmp_path / "run", OWN, {"net.weight": weight})
    for trust in ((), ("lab",), ("mine",), ("mine_trusted.nets",)):
        with pytest.raises(UserError, match=r"builds mine_trusted\.Net: .*; if you trust its code, give trust=\[mine_"):
            load_run(run, trust=trust)
    assert not package.with_name("imported").exists()  # nothing of it ran
    for target in ("mine_trusted.Net", "mine_trusted.made"):
        made = make_run(tmp_path / target, {"_target_": target}, {"net.weight": weight})
        assert torch.equal(load_run(made, trust=("mine_trusted",))[0].state_dict()["weight"], weight)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("mine_trusted.system", r"builds mine_trusted\.system: only nets of .*, mine_trusted are built$"),
        ("mine_trusted.Path", r"builds mine_trusted\.Path: only nets of"),
        ("mine_trusted.absent", "mine_trusted has no absent"),
        ("mine_trusted.none", r"net: builtins\.dict is no Module"),
        ("os.system", r"builds os\.system: only nets of .* are built$"),
    ],
)
def test_trust_covers_what_the_package_wrote(package: Path, tmp_path: Path, target: str, said: str) -> None:
    run = make_run(tmp_path / "run", {"_target_": target}, {})
    with pytest.raises(UserError, match=said):
        load_run(run, trust=("mine_trusted",))


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
