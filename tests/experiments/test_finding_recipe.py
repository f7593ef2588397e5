"""The finder's recipe with another net than the released one."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from experiments.finding import __main__ as finding


def test_the_recipe_of_the_finder_begins_another_net_with_random_weights_and_averages_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[str] = []
    sets = {name: tmp_path / f"{name}.csv" for name in ("art", "drawn", "captioned", "bare")}
    monkeypatch.setattr(finding, "draw_material", lambda *args: dict(sets))
    monkeypatch.setattr(finding, "draw_unseen", lambda *args: {"unseen_drawn": sets["drawn"]})
    monkeypatch.setattr(finding, "train_once", lambda command, folder, steps: commands.append(command))
    monkeypatch.setattr(finding, "run", commands.append)
    net = "encoder@net.net.encoder=mobilenet"
    (tmp_path / "comics.csv").touch()
    arguments = ["--comics", str(tmp_path / "comics.csv"), "--out", str(tmp_path), "--net", net]
    result = CliRunner().invoke(finding.main, arguments)
    assert result.exit_code == 0, result.output
    legs = [command for command in commands if command.startswith("experiment=")]
    assert len(legs) == len(finding.LEGS)
    assert all(net in leg for leg in legs)
    assert "weights=" not in legs[0].replace("data.weights=", "").replace("text_weight=", "")
    assert [f"weights={tmp_path / f'leg{number}.onnx'} " in leg for number, leg in enumerate(legs)] == [False] + [
        True
    ] * 5
    assert ["batch_norm.step=null" in leg for leg in legs] == [True] + [False] * 5  # later statistics are folded
    assert not [command for command in commands if "average" in command]
