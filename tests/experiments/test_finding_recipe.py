"""The commands of the finder's recipe: for another net than the released one, and within a few minutes."""

import shlex
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner, Result

from experiments import running
from experiments.finding import __main__ as finding
from experiments.finding import material

Recipe = Callable[..., tuple[Result, list[str]]]


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recipe:
    """Runs the recipe, none of whose commands does anything; ``done`` says of each training whether it came to its
    end.
    """
    commands: list[str] = []
    sets = {name: tmp_path / f"{name}.csv" for name in ("art", "drawn", "captioned", "bare")}
    (tmp_path / "comics.csv").touch()

    def given(*arguments: str, done: Callable[[float | None], bool] = lambda seconds: True) -> tuple[Result, list[str]]:
        def train(command: str, folder: Path, steps: int, seconds: float | None) -> bool:
            commands.append(command)
            return done(seconds)

        monkeypatch.setattr(finding, "draw_material", lambda *args: dict(sets))
        monkeypatch.setattr(finding, "draw_unseen", lambda *args: {"unseen_drawn": sets["drawn"]})
        monkeypatch.setattr(finding, "train_once", train)
        monkeypatch.setattr(finding, "run", commands.append)
        words = ["--comics", str(tmp_path / "comics.csv"), "--out", str(tmp_path), *arguments]
        return CliRunner().invoke(finding.main, words), commands

    return given


def test_the_recipe_of_the_finder_begins_another_net_with_random_weights_and_averages_nothing(
    tmp_path: Path, recipe: Recipe
) -> None:
    net = "encoder@net.net.encoder=mobilenet"
    result, commands = recipe("--net", net)
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


def test_a_few_minutes_end_in_the_weights_of_the_leg_they_end_in(tmp_path: Path, recipe: Recipe) -> None:
    seconds: list[float | None] = []

    def done(left: float | None) -> bool:
        seconds.append(left)
        return len(seconds) < 2

    result, commands = recipe("--minutes", "8", done=done)
    assert result.exit_code == 0, result.output
    assert len(seconds) == 2
    assert all(left is not None and 400 < left <= 480 for left in seconds)
    last = f"textrm.export run={tmp_path / 'leg2'} checkpoint=last low=0.3 threshold=0.4 verifier=released "
    assert commands[-1] == f"{last}out={tmp_path / 'so_far.onnx'}"
    assert not [command for command in commands if "verify" in command]  # which cannot be stopped


def test_minutes_that_end_between_two_legs_leave_the_weights_of_the_first(
    tmp_path: Path, recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])

    def done(left: float | None) -> bool:
        clock[0] += 31
        return True

    result, commands = recipe("--minutes", "0.5", done=done)
    assert result.exit_code == 0, result.output
    assert f"run={tmp_path / 'leg1'} checkpoint={tmp_path / 'leg1.onnx'} " in commands[-1]
    assert not [command for command in commands if "leg2" in command]


def test_minutes_that_were_over_before_a_leg_began_are_told(recipe: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter((0.0, 61.0))
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    result, commands = recipe("--minutes", "1")
    assert (result.exit_code, commands) == (1, [])
    assert "1 minutes were too few to draw the pages: the same command goes on" in result.output


def test_a_training_that_time_stopped_goes_on_and_is_finished_when_its_steps_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, commands, made = tmp_path / "leg1", [], iter((40, 99, 100))

    def run(command: str, allowed: object) -> int:
        commands.append(command)
        state = {"global_step": next(made), "callbacks": {"Timer": {"time_elapsed": {"train": 3000.4}}}}
        (folder / "checkpoints").mkdir(exist_ok=True)
        torch.save(state, folder / "checkpoints" / "last.ckpt")
        return 0

    monkeypatch.setattr(running, "run", run)
    assert [running.train_once("a=1", folder, 100, seconds) for seconds in (100.0, 700.0, 700.0)] == [
        False,
        False,
        True,
    ]
    given = f"textrm.train a=1 run={folder} trainer.max_steps=100 trainer.max_epochs=-1"
    assert commands == [
        f"{given} trainer.max_time=00:00:01:40",
        f"{given} ckpt_path=last trainer.max_time=00:01:01:40",  # 3700 s, with what was trained before
        f"{given} ckpt_path=last trainer.max_time=00:01:01:40",
    ]
    assert running.train_once("a=1", folder, 100)
    assert len(commands) == 3


def test_the_verifiers_see_small_things_in_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []
    monkeypatch.setattr(material, "once", lambda command, folder, allowed=(0,): commands.append(shlex.split(command)))
    sets = material.draw_unseen(tmp_path / "svg", tmp_path, tmp_path / "out", scale=1.0)
    (rows,) = [command for command in commands if "--rows" in command]
    assert rows[:3] == ["textrm.importers.drawings", str(tmp_path / "svg"), str(sets["unseen_rows"].parent)]
    assert (rows[rows.index("--rows") + 1], rows[rows.index("--n") + 1]) == ("0.9", "260")
    (lone,) = [command for command in commands if "kind=lone_words" in command]
    assert f"out={sets['unseen_lone'].parent}" in lone
    assert sets.keys() <= finding.VERIFIED.keys()
