"""The studies that are sweeps, those with a config.yaml, run as their pages say."""

from __future__ import annotations

import csv
import shlex
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from omegaconf import OmegaConf
from study_commands import in_this_process
from torch import nn

from experiments import studies
from experiments.cyclical_rate_and_decay import __main__ as cyclical
from experiments.mask_growth import __main__ as mask_growth
from experiments.upsampling import __main__ as upsampling
from textrm.data.manifest import load_sample, read_manifest
from textrm.export.graph import export
from textrm.runs.config import CONFIG_FOLDER

pytestmark = pytest.mark.slow

STUDIES = sorted(path.parent for path in Path(studies.__file__).parent.glob("*/config.yaml"))
TINY = [
    "net.encoder.width=0.125", "net.encoder.middle_blocks=1", "net.encoder.exit_blocks=1", "data.crop=64",
    "data.batch_size=2", "data.samples_per_epoch=2", "data.workers=0", "data.val.limit=1", "trainer.max_steps=1",
    "trainer.accelerator=cpu", "callbacks.progress=null", "callbacks.costs.cpu_threads=null",
    "trainer.precision=32-true",
]  # fmt: skip


@pytest.mark.parametrize("folder", STUDIES, ids=lambda folder: folder.name)
def test_every_sweep_of_a_study_composes(folder: Path) -> None:
    config = OmegaConf.load(folder / "config.yaml")
    assert set(config.sweeps) == {"two_cores", "full"}
    for words in [words for sweeps in config.sweeps.values() for words in sweeps]:
        given = [word for word in shlex.split(words) if "," not in word or word.startswith("hydra")]
        with initialize_config_dir(str(CONFIG_FOLDER), version_base="1.3"):
            axes = compose("train", ["experiment=study", *given], return_hydra_config=True).hydra.sweeper.params
            first = [f"{key}={_first(str(values))}" for key, values in axes.items()]
            job = compose("train", ["experiment=study", *given, *first])
        assert {"1", "2", "3"} <= set(str(axes.seed).split(","))
        task = instantiate(job.task)
        if folder.name == "upsampling":  # what is compared goes by 4, straight to the picture
            assert task.net.decoder.fine_channels == 0
        assert task.make(task.net)["lr_scheduler"]["name"] == "learning_rate"
        assert job.trainer.max_steps % (job.data.samples_per_epoch // job.data.batch_size) == 0


def _first(values: str) -> str:
    return values[: values.index("]") + 1] if values.startswith("[") else values.split(",")[0]


def test_a_study_draws_sweeps_reports_and_keeps_its_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands = in_this_process(monkeypatch, studies)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(studies, "SETS", {name: (3, 1, split) for name, (_, _, split) in studies.SETS.items()})
    folder = tmp_path / "tried"
    folder.mkdir()
    (folder / "config.yaml").write_text(
        'sweeps: {two_cores: ["loss.gamma=0,1 budget=short", "loss.gamma=-1 budget=short"], two_cores_more: []}\n'
        "metric: test/AP\n"
    )
    done = []
    main = studies.command(folder, before=lambda study: "seed=4", after=lambda study: done.append(study.out))
    for publish in ([], ["--publish"]):  # the second time nothing is left to do but what failed
        assert not (folder / "results.csv").exists()  # what the study's page tells of is replaced on demand alone
        result = CliRunner().invoke(main, ["--threads", "1", *publish, *TINY])
        assert result.exit_code == 1, result.output  # a job failed, and the study was reported all the same
    assert done == [Path("multirun/tried")] * 2
    modules = [command.split()[0] for command in commands]
    assert modules == [*["textrm.synth"] * 3, *["textrm.train", "textrm.train", "textrm.report"] * 2]
    lines = list(csv.DictReader((folder / "results.csv").open()))
    assert [(line["loss.gamma"], line["status"]) for line in lines] == [
        ("-1", "failed"), ("0", "finished"), ("1", "finished"),
    ]  # fmt: skip
    assert {line["seed"] for line in lines} == {"4"}
    assert all(0 < float(line["test/AP"]) <= 1 and 0 <= float(line["test/false_area"]) <= 1 for line in lines[1:])
    assert (folder / "metric.png").stat().st_size > 5_000
    unknown = CliRunner().invoke(main, ["--budget", "huge"])
    assert "error: --budget huge: expected one of two_cores" in str(unknown.exception)
    other = CliRunner().invoke(main, ["--budget", "two_cores_more", "--publish"])
    assert "error: --publish --budget two_cores_more: " in str(other.exception)


def test_grown_labels_are_made_from_noisy_pairs_and_measured(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = in_this_process(monkeypatch, mask_growth)
    monkeypatch.setattr(mask_growth, "DRAWN", tmp_path)
    monkeypatch.setattr(mask_growth, "KERNELS", (1, 15))  # px per 512 px of height: 15 grows these small pages by one
    (tmp_path / "train").symlink_to(drawn.parent)
    study = studies.Study(f"data.manifest={drawn} data.val.manifest={drawn}", "", tmp_path / "out")
    study.report.mkdir(parents=True)
    sweeps: list[str] = []
    monkeypatch.setattr(studies, "run", lambda command, allowed: sweeps.append(command) or 0)
    for _ in range(2):  # the second time nothing is left to do
        assert study.sweep("sweep=mask_growth", mask_growth.import_pairs(study)) == 0
    words = [*shlex.split(sweeps[1])[2:], "grow=15"]
    with initialize_config_dir(str(CONFIG_FOLDER), version_base="1.3"):
        data = compose("train", words).data
    noisy, exact = (
        load_sample(manifest, manifest.rows[0])
        for manifest in (read_manifest(tmp_path / "pairs-exact" / "manifest.csv"), read_manifest(drawn))
    )
    assert np.array_equal(noisy.mask, exact.mask)
    assert 1 < np.abs(noisy.image.astype(int) - exact.image).mean() < 20
    assert Path(data.train.pages.manifest) == tmp_path / "pairs-15" / "manifest.csv"
    assert Path(data.val.manifest) == drawn  # exact masks
    assert [command.split()[0] for command in commands] == ["textrm.importers.pairs"] * 2
    mask_growth.measure_labels(study)
    plain, grown = csv.DictReader((study.report / "labels.csv").open())
    assert (plain["grow"], grown["grow"]) == ("1", "15")
    assert 0.2 < float(plain["recall"]) < float(grown["recall"]) <= 1
    assert 0.3 < float(grown["precision"]) < float(plain["precision"]) <= 1


def test_a_range_test_goes_through_the_rates(drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands = in_this_process(monkeypatch, cyclical)
    monkeypatch.setattr(cyclical, "STEPS", 3)
    words = [*TINY, "threads=1"]
    tiny = " ".join(word for word in words if "max_steps" not in word and "samples_per_epoch" not in word)
    data = f"data.manifest={drawn} data.val.manifest={drawn} data.samples_per_epoch=6"
    study = studies.Study(data, tiny, tmp_path / "out")
    for _ in range(2):  # the second time nothing is left to train
        assert cyclical.range_test(study) == ""
    assert len(commands) == 1
    lines = list(csv.DictReader((study.report / "range_test.csv").open()))
    rates = [float(line["rate"]) for line in lines]
    assert rates == pytest.approx([1e-5, 1.08e-5, 1.1664e-5], rel=1e-3)
    assert float(lines[0]["average"]) == pytest.approx(float(lines[0]["loss"]), rel=1e-3)
    assert (study.report / "range_test.png").stat().st_size > 5_000


def test_upsamplings_are_timed_and_shown_side_by_side(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_this_process(monkeypatch, studies)
    monkeypatch.setattr(upsampling, "WAYS", ("bilinear", "transposed"))
    monkeypatch.setattr(upsampling, "DRAWN", tmp_path)
    monkeypatch.setattr("benchmarks.training.measure.PAGE", (128, 96))
    (tmp_path / "test").symlink_to(drawn.parent)
    study = studies.Study(
        f"data.manifest={drawn} data.val.manifest={drawn} test=false", " ".join([*TINY, "threads=1"]), tmp_path / "out"
    )
    study.report.mkdir(parents=True)
    files: list[Path] = []

    def export_first(net: nn.Module, file: Path, **facts: Any) -> None:  # the others are exported elsewhere
        files.append(file)
        if len(files) == 1:
            export(net, file, **facts)
        else:
            shutil.copy(files[0], file)

    monkeypatch.setattr(upsampling, "export", export_first)
    with pytest.raises(SystemExit, match="has 0 finished runs with"):
        upsampling.measure_and_draw(study)
    assert study.sweep("net.upsampling=bilinear,transposed seed=1", "") == 0
    upsampling.measure_and_draw(study)
    lines = list(csv.DictReader((study.report / "times.csv").open()))
    assert [line["net.upsampling"] for line in lines] == ["bilinear", "transposed"]
    assert [file.name for file in files] == ["bilinear.onnx", "transposed.onnx"]
    assert all(float(line["seconds_per_page"]) > 0 for line in lines)
    assert (study.report / "pictures.png").stat().st_size > 10_000
