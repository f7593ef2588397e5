"""Curves are averaged as the captions say, and read back from event files as they were written."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from report_runs import write_events
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_FLOAT, DT_STRING
from torch.utils.tensorboard import SummaryWriter

from textrm.report.curves import mean_curve, panels_of, smoothed
from textrm.report.events import Events, common_curve, read_events
from textrm.report.gather import Run
from textrm.report.heat_map import is_grid, layout
from textrm.report.page import as_jpeg
from textrm.report.plots import plot_metric
from textrm.report.sweep import Sweep, make_sweep


def test_mean_curve_covers_what_all_cover() -> None:
    one = np.array([0.0, 10.0, 20.0, 30.0]), np.array([0.0, 1.0, 2.0, 3.0])
    two = np.array([5.0, 10.0, 20.0]), np.array([1.0, 3.0, 4.0])
    steps, mean, least, greatest = mean_curve([one, two])
    assert steps.tolist() == [5, 10, 20]
    assert mean.tolist() == [0.75, 2, 3]
    assert least.tolist() == [0.5, 1, 2]
    assert greatest.tolist() == [1, 3, 4]


def test_smoothing_keeps_the_mean_and_short_curves() -> None:
    short = np.arange(5.0), np.arange(5.0)
    assert smoothed(short) is short
    assert smoothed(None) is None
    found = smoothed((np.arange(400.0), np.tile([0.0, 1.0], 200)))
    assert found is not None
    assert len(found[0]) == 40
    assert found[0][:2].tolist() == [4.5, 14.5]
    assert np.allclose(found[1], 0.5)


def test_pr_curve_and_last_pictures_are_read_back(tmp_path: Path) -> None:
    write_events(tmp_path, precision=0.5, shade=1.0)
    events = read_events(tmp_path)
    recall, precision = events.curves["test/PR"]
    assert recall.tolist() == [0.5, 1.0]  # the threshold that predicts nothing has no precision
    assert precision.tolist() == [1.0, 0.5]
    assert list(events.pictures) == ["0", "1"]
    assert as_jpeg(events.pictures["0"])[:3] == b"\xff\xd8\xff"
    picture = Image.open(io.BytesIO(events.pictures["1"]))
    assert picture.size == (400, 60)
    assert picture.getpixel((0, 0)) == (255, 255, 255)  # of the last validation, not of the first


def test_of_a_continued_run_the_last_part_is_read(tmp_path: Path) -> None:
    write_events(tmp_path, precision=0.5, step=99, shade=1.0)
    write_events(tmp_path, precision=0.25, step=199, shade=0.0)
    assert len(list(tmp_path.glob("*tfevents*"))) == 2
    events = read_events(tmp_path)
    assert events.curves["test/PR"][1].tolist() == [1.0, 0.25]
    assert Image.open(io.BytesIO(events.pictures["0"])).getpixel((0, 0)) == (0, 0, 0)


def test_the_tenth_file_of_a_second_is_read_after_the_ninth(tmp_path: Path) -> None:
    for count, precision in ((9, 0.5), (10, 0.25)):
        folder = tmp_path / str(count)
        write_events(folder, precision=precision, step=99, shade=1.0)
        (written,) = folder.glob("*tfevents*")
        written.rename(tmp_path / f"events.out.tfevents.1795917284.vm2.77.{count}")
        folder.rmdir()
    assert read_events(tmp_path).curves["test/PR"][1].tolist() == [1.0, 0.25]


def test_what_is_whole_of_a_cut_file_is_read(tmp_path: Path) -> None:
    write_events(tmp_path, precision=0.5, step=99, shade=0.0)
    before = set(tmp_path.iterdir())
    write_events(tmp_path, precision=0.25, step=199, shade=1.0)
    (path,) = set(tmp_path.iterdir()) - before  # not the greatest name: "…9" is above "…10"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - 20])  # as where a run was killed
    events = read_events(tmp_path)
    assert list(events.pictures) == ["0", "1"]
    path.write_bytes(whole[:10])
    assert Image.open(io.BytesIO(read_events(tmp_path).pictures["0"])).getpixel((0, 0)) == (0, 0, 0)


def test_what_is_read_of_a_damaged_file_can_be_used(tmp_path: Path) -> None:
    write_events(tmp_path, precision=0.5)
    path = next(tmp_path.glob("*tfevents*"))
    whole = path.read_bytes()
    read = []
    for byte in range(0, len(whole), 7):
        damaged = bytearray(whole)
        damaged[byte] ^= 0x55
        path.write_bytes(damaged)
        events = read_events(tmp_path)
        read.append(len(events.pictures) + len(events.curves))
        assert all(as_jpeg(picture) for picture in events.pictures.values())
        assert all(len(recall) == len(precision) for recall, precision in events.curves.values())
    assert 3 in read  # two pictures and a curve, where the damage is elsewhere
    path.unlink()
    path.mkdir()
    assert read_events(tmp_path) == Events()


@pytest.mark.parametrize(
    ("columns", "values"),
    [(1 << 40, {"dtype": DT_FLOAT, "float_val": [0.5]}), (2, {"dtype": DT_STRING, "string_val": [b"a"] * 12})],
)
def test_a_curve_that_is_none_is_passed_over(tmp_path: Path, columns: int, values: dict[str, Any]) -> None:
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in (6, columns)])
    curve = Summary.Value(tag="test/PR", tensor=TensorProto(tensor_shape=shape, **values))
    with SummaryWriter(str(tmp_path)) as writer:
        writer.file_writer.add_summary(Summary(value=[curve]))
    assert read_events(tmp_path) == Events()


def test_a_folder_without_events_has_none(tmp_path: Path) -> None:
    assert read_events(tmp_path) == Events()


def test_the_curve_that_most_runs_have_is_drawn() -> None:
    curve = np.zeros(1), np.zeros(1)
    validation, both = Events(curves={"val/PR": curve}), Events(curves={"val/PR": curve, "test/PR": curve})
    assert common_curve([both, both]) == "test/PR"
    assert common_curve([both, validation]) == "val/PR"
    assert common_curve([Events()]) is None


def finished(overrides: dict[str, str], ap: float) -> Run:
    name = ",".join(overrides.values())
    return Run(Path(name), name, "finished", "", overrides, "1", monitor="val/AP", history={"val/AP": {9: ap}})


def grid(gammas: int, weights: int) -> Sweep:
    runs = [
        finished({"loss.gamma": str(gamma), "loss.weight": str(weight)}, 0.2 + gamma / 100 + weight / 1000)
        for gamma in range(gammas)
        for weight in range(weights)
    ]
    return make_sweep(Path("grid"), runs)


@pytest.mark.parametrize(
    ("gammas", "weights", "panels", "lines", "grey"), [(2, 4, 1, 8, 0), (3, 5, 3, 5, 0), (9, 10, 1, 8, 82)]
)
def test_no_panel_has_more_lines_than_colours(gammas: int, weights: int, panels: int, lines: int, grey: int) -> None:
    sweep = grid(gammas, weights)
    found, others = panels_of(sweep, sweep.settings)
    assert len(found) == panels
    assert {len(panel) for panel in found.values()} == {lines}
    assert len(others) == grey
    if panels == 3:
        assert list(found) == ["loss.gamma = 0", "loss.gamma = 1", "loss.gamma = 2"]
        assert list(found["loss.gamma = 0"]) == [f"weight={weight}" for weight in range(5)]
    if grey:
        assert next(iter(found[""])) == "gamma=8, weight=9"  # the best


def test_a_grid_is_a_heat_map_and_a_search_is_not() -> None:
    assert is_grid(grid(2, 3))
    assert not is_grid(make_sweep(Path("search"), [finished({"a": f"0.{n}", "b": f"0.{n}"}, 0.5) for n in range(6)]))


def test_a_grid_that_some_budgets_have_in_part_is_a_heat_map_with_a_panel_for_each() -> None:
    budgets = {"short": ("100", "0.1", 4), "two_cores": ("300", "0.5", 3), "full": ("20000", "0.5", 4)}
    runs = [
        finished({"gamma": str(gamma), "weights": str(weights), "budget": budget, "steps": steps, "rate": rate}, 0.5)
        for budget, (steps, rate, gammas) in budgets.items()
        for gamma in range(gammas)
        for weights in range(5)
    ]
    sweep = make_sweep(Path("study"), runs)
    assert sweep.axes == ["gamma", "weights", "budget", "rate"]  # two budgets have the same rate
    assert is_grid(sweep)
    across, down, panels = layout(sweep)
    assert (across, down) == ("weights", "gamma")
    assert [list(panel.values()) for panel in panels] == [["full", "0.5"], ["short", "0.1"], ["two_cores", "0.5"]]


def test_where_only_repeats_have_the_figure_there_are_dots() -> None:
    without = [finished({"a": a, "b": b}, float("nan")) for a in "12" for b in "12"]
    again = [finished({"a": a, "b": b}, 0.5) for a in "12" for b in "12"]
    for run in again:
        run.name += " again"
    plot = plot_metric(make_sweep(Path("grid"), [*without, *again]))
    assert plot is not None
    assert plot.title == "val/AP of every run"
