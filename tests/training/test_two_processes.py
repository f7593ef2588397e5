"""Two processes on the CPU train what one does with the same batches, and end together."""

from __future__ import annotations

import csv
import logging
import pickle
import signal
from pathlib import Path

import pytest
import torch
from forked_ranks import fork_ranks
from omegaconf import OmegaConf
from task_contract import small_segmentation, state

from textrm.errors import UserError
from textrm.runs.outcome import Outcome, Status
from textrm.synth.write import write_set
from textrm.train import main, train
from textrm.training import launch

pytestmark = pytest.mark.slow

TWO = ("trainer=ddp", "trainer.accelerator=cpu", "trainer.devices=2")
STILL = ("callbacks.batch_norm.step=0", "data.batch_size=4", "data.samples_per_epoch=12", "~trainer.limit_val_batches")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine pages to train on, seven to validate and three to test: neither can be shared out evenly."""
    folder = tmp_path_factory.mktemp("pages")
    manifest = write_set(folder, 19, seed=3, size=128, workers=1, split=(1.0, 0.0, 0.0), sheet=False)
    head, *lines = manifest.read_text().splitlines()
    split = ["train"] * 9 + ["val"] * 7 + ["test"] * 3
    lines = [line.replace(",train,", f",{name},", 1) for line, name in zip(lines, split, strict=True)]
    manifest.write_text("\n".join([head, *lines, ""]))
    return manifest


@pytest.fixture(scope="module")
def runs(pages: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two epochs in one process, in two, and in two that stopped between the epochs."""
    folders = {name: tmp_path_factory.mktemp("runs") / name for name in ("one", "two", "resumed")}
    train(small_segmentation(pages, folders["one"], *STILL, "trainer.max_epochs=2"), folders["one"])
    train(small_segmentation(pages, folders["two"], *STILL, *TWO, "trainer.max_epochs=2"), folders["two"])
    with pytest.MonkeyPatch.context() as patch:
        fork_ranks(patch)
        for end in ("trainer.max_epochs=1", "trainer.max_epochs=2"):
            more = () if end.endswith("1") else ("ckpt_path=last",)
            train(small_segmentation(pages, folders["resumed"], *STILL, *TWO, end, *more), folders["resumed"])
    return folders


@pytest.fixture
def forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes are forked, which takes no time."""
    fork_ranks(monkeypatch)


def rows(run: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((run / "metrics.csv").open()))


def test_weights_and_figures_are_those_of_one_process(runs: dict[str, Path]) -> None:
    one, two = state(runs["one"]), state(runs["two"])
    assert one.keys() == two.keys()
    flat = [torch.cat([value.flatten().double() for value in found.values()]) for found in (one, two)]
    assert (flat[0] - flat[1]).norm() <= 1e-6 * flat[0].norm()
    assert not torch.equal(state(runs["one"])["net.encoder.stem.0.0.weight"], torch.zeros(()))
    expected, found = rows(runs["one"]), rows(runs["two"])
    assert len(found) == len(expected)
    for wanted, got in zip(expected, found, strict=True):
        assert got.keys() == wanted.keys()
        for name, value in wanted.items():
            if name.startswith(("train/", "val/", "test/")) and value:
                assert float(got[name]) == pytest.approx(float(value), rel=2e-5, abs=1e-7, nan_ok=True), name
    assert {"train/loss", "val/AP", "val/loss", "test/AP", "test/F1tol"} <= {
        name for row in expected for name, value in row.items() if value
    }


def test_one_process_writes(runs: dict[str, Path]) -> None:
    one, two = ({path.name.partition(".")[0] for path in runs[name].rglob("*")} for name in ("one", "two"))
    assert two == one
    assert len(list(runs["two"].glob("events.*"))) == len(list(runs["one"].glob("events.*")))
    outcome = Outcome.read(runs["two"])
    assert outcome is not None
    assert outcome.status == Status.FINISHED
    assert outcome.score == pytest.approx(max(float(row["val/AP"]) for row in rows(runs["two"]) if row["val/AP"]))


def test_resumed_run_equals_unbroken_run(runs: dict[str, Path]) -> None:
    expected, found = state(runs["two"]), state(runs["resumed"])
    assert all(torch.equal(value, found[name]) for name, value in expected.items())


def test_another_number_of_processes_goes_on_and_says_so(
    runs: dict[str, Path], pages: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    start = f"ckpt_path={runs['two'] / 'checkpoints' / 'last.ckpt'}"
    with caplog.at_level(logging.WARNING):
        train(small_segmentation(pages, tmp_path / "run", *STILL, "trainer.max_epochs=3", start), tmp_path / "run")
    said = [line for line in caplog.messages if "the checkpoint is of a training in 2 processes, 1 go on" in line]
    assert len(said) == 1
    assert [row["epoch"] for row in rows(tmp_path / "run") if row["train/loss"]] == ["2"] * 3


def ending(how: str, rank: int = 1) -> tuple[str, ...]:
    return (f"+callbacks.ending={{_target_: ending.Ending, how: {how}, rank: {rank}, step: 4}}", "test=false",
            "trainer.max_epochs=3")  # fmt: skip


@pytest.mark.usefixtures("forked")
def test_the_death_of_a_process_ends_the_run_in_one_line(pages: Path, tmp_path: Path) -> None:
    outcome = Outcome()
    with pytest.raises(UserError) as error:
        train(small_segmentation(pages, tmp_path, *STILL, *TWO, *ending("killed")), tmp_path, outcome)
    assert str(error.value) == (
        "process 1 of the training was killed by SIGKILL, so the others were stopped; to go on from the last whole "
        f"epoch: run={tmp_path} ckpt_path=last"
    )
    written = Outcome.read(tmp_path)
    assert written == outcome
    assert (outcome.status, outcome.error) == (Status.FAILED, str(error.value))


@pytest.mark.usefixtures("forked")
def test_a_mistake_in_a_further_process_is_told(pages: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"^page 7 is upside down$"):
        train(small_segmentation(pages, tmp_path, *STILL, *TWO, *ending("mistake")), tmp_path)
    written = Outcome.read(tmp_path)
    assert written is not None
    assert (written.status, written.error) == (Status.FAILED, "page 7 is upside down")


def test_a_process_that_is_stopped_while_it_starts_ends_without_a_word(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    order = tmp_path / "order"
    order.write_bytes(pickle.dumps(launch.Order(OmegaConf.create(), None, tmp_path, Outcome())))
    process = launch._start(0, 1, 0, order)
    process.send_signal(signal.SIGINT)
    assert process.wait() == 130
    assert capfd.readouterr().err == ""


@pytest.mark.usefixtures("forked")
def test_sigterm_ends_all(pages: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as end:
        train(small_segmentation(pages, tmp_path, *STILL, *TWO, *ending("terminated", 0)), tmp_path)
    assert end.value.code == 143
    written = Outcome.read(tmp_path)
    assert written is not None
    assert written.status == Status.STOPPED


@pytest.mark.usefixtures("forked")
def test_a_batch_that_cannot_be_shared_out_is_refused_before_there_is_a_folder(pages: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    with pytest.raises(UserError, match=r"^data\.batch_size=3: 2 processes cannot share it out evenly; .* such as 2$"):
        train(small_segmentation(pages, run, *STILL, *TWO, "data.batch_size=3"), run)
    assert not run.exists()


@pytest.mark.usefixtures("forked")
def test_a_sweep_runs_each_job_once_on_all_devices_and_stops_early_together(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    composed = small_segmentation(pages, tmp_path)  # what the words below say beside the axis
    assert composed.callbacks.early_stopping.patience != 1
    from task_contract import SEGMENTATION, SMALL

    words = ["train", "-m", *SMALL, *SEGMENTATION, *STILL, *TWO, f"data.manifest={pages}", "test=false",
             "trainer.max_epochs=9", "callbacks.early_stopping.patience=1", "scheduler.base_lr=0", "scheduler.max_lr=0",
             "loss.gamma=0,1", f"hydra.sweep.dir={tmp_path}"]  # fmt: skip
    words.remove("+trainer.limit_val_batches=2")
    words.remove("~trainer.limit_val_batches")
    monkeypatch.setattr("sys.argv", words)
    main()
    jobs = sorted(path.parent for path in tmp_path.glob("*/outcome.json"))
    assert len(jobs) == 2
    for job in jobs:
        outcome = Outcome.read(job)
        assert outcome is not None
        assert outcome.status == Status.FINISHED
        epochs = [row["epoch"] for row in rows(job) if row["val/AP"]]
        assert epochs == ["0", "1"]  # nothing is learnt at a rate of 0
        assert not list(job.glob("metrics.*.csv"))  # no second training in the folder
