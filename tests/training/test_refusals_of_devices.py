"""What several devices cannot do is said in one line, before anything is started."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from pytorch_lightning import LightningDataModule
from task_contract import small_segmentation

from textrm.errors import UserError
from textrm.runs.flags import check_flags
from textrm.runs.ranks import ALONE, place
from textrm.train import main, train
from textrm.training.devices import count, share_out

PLACES: list[tuple[dict[str, str], tuple[int, int]]] = [
    ({"TORCHELASTIC_RUN_ID": "none", "RANK": "3", "WORLD_SIZE": "4"}, (3, 4)),
    ({"SLURM_STEP_NUM_TASKS": "8", "SLURM_PROCID": "5"}, (5, 8)),
    ({"SLURM_STEP_NUM_TASKS": "1", "SLURM_PROCID": "0", "SLURM_NTASKS": "8"}, ALONE),
    ({"SLURM_NTASKS": "8", "SLURM_PROCID": "0"}, ALONE),  # the script of a job, before it calls srun
    ({"RANK": "3", "WORLD_SIZE": "4"}, ALONE),  # somebody else's
]


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"TORCHELASTIC_RUN_ID": "none", "RANK": "1", "WORLD_SIZE": "2"}.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(("held", "expected"), PLACES)
def test_the_place_among_others_is_known(
    held: dict[str, str], expected: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in held.items():
        monkeypatch.setenv(name, value)
    assert place() == expected
    assert place().first == (expected[0] == 0)


@pytest.mark.parametrize(
    ("devices", "expected"),
    [(1, 1), (3, 3), ("2", 2), ([0, 2], 2), ("1,3,", 2), ("auto", 1), (-1, 1), (0, 1), ("many", 1), (None, 1)],
)
def test_devices_are_counted(devices: Any, expected: int) -> None:
    assert count(devices, "cpu") == expected


def test_all_gpus_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 4)
    assert [count("auto", accelerator) for accelerator in ("auto", "gpu", "cpu")] == [4, 4, 1]


@pytest.mark.usefixtures("two")
def test_a_sweep_that_several_processes_were_given_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["train", "-m", "experiment=seg_xception", "loss.gamma=0,1"])
    with pytest.raises(SystemExit):
        main()
    assert capsys.readouterr().err == (
        "error: -m was given to 2 processes at once, and each would run the sweep: start it once, without torchrun or "
        "srun; its jobs start their processes themselves\n"
    )
    assert list(tmp_path.iterdir()) == []
    check_flags(["experiment=seg_xception"])


@pytest.mark.usefixtures("two")
def test_a_folder_named_by_the_clock_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["train", "experiment=seg_xception"])
    with pytest.raises(SystemExit):
        main()
    line = "error: run has no value: each process would name the folder by its own clock; give all run=<folder>"
    assert capsys.readouterr().err.splitlines()[-1] == line


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["trainer=ddp", "trainer.num_nodes=2"], r"^trainer\.num_nodes=2: this process is alone; start one on each "),
        (["trainer.devices=2", "+trainer.strategy=ddp_spawn"], r"^trainer\.strategy=ddp_spawn: expected auto or ddp"),
        (["trainer=fsdp"], r"^trainer\.strategy: FSDP shares weights out over GPUs, and there is none here"),
    ],
)
def test_what_cannot_be_started_is_refused(given: list[str], said: str, drawn: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    with pytest.raises(UserError, match=said):
        train(small_segmentation(drawn, run, *given), run)
    assert not run.exists()


@pytest.mark.usefixtures("two")
def test_data_that_would_not_be_shared_out_are_refused(drawn: Path, tmp_path: Path) -> None:
    config = small_segmentation(drawn, tmp_path, "trainer=ddp")
    with pytest.raises(UserError, match="LightningDataModule has no share_out, so all 2 processes would see the same"):
        share_out(LightningDataModule(), config)
    config.trainer.use_distributed_sampler = True
    share_out(LightningDataModule(), config)
