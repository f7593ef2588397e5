"""The page of a report: one HTML file that needs no other file and no network."""

from __future__ import annotations

import base64
import io
import math
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2
import yaml
from omegaconf import OmegaConf
from PIL import Image

from textrm.report.drawing import Plot
from textrm.report.events import Events
from textrm.report.figures import DEFINITIONS, base_name, better, shown
from textrm.report.gather import Run
from textrm.report.sweep import Setting, Sweep, brief, order, ranked
from textrm.report.table import counts, note, setting_lines, unfinished_lines
from textrm.runs.ending import duration

PAGES = 2
SETTINGS = 12
LISTED = 12  # values of an axis
WIDTH = 1200  # pixels of a panel
ADDED = "hydra.mode="  # what Hydra makes of -m
# What callbacks show side by side, by the name of their class.
COLUMNS = {
    "SegmentationPictures": "Page, true lettering, predicted probability, disagreement (green: found, red: missed, "
                            "blue: background taken for lettering).",
    "InpaintingPictures": "Corrupted picture, hole, output, composite, truth.",
    "CleaningPictures": "Lettered page, blend map, cleaned page, its difference from the truth (eightfold), truth.",
}  # fmt: skip


@dataclass(frozen=True)
class Panel:
    """A validation page as a setting sees it; ``source`` is its picture as a data URL."""

    label: str
    detail: str
    source: str


def write_page(sweep: Sweep, plots: Sequence[Plot], events: Mapping[str, Events]) -> str:
    """The HTML of the report."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    settings = setting_lines(sweep)
    return environment.get_template("page.html.jinja").render(
        title=sweep.folder.resolve().name,
        counts=counts(sweep),
        note=note(sweep),
        so_far=sweep.so_far,
        facts=facts(sweep),
        settings=settings,
        unfinished=unfinished_lines(sweep),
        plots=[(plot, data_url("png", plot.png)) for plot in plots],
        pages=panels(sweep, events),
        settings_shown=SETTINGS if len(sweep.settings) > SETTINGS else 0,
        columns=_columns(sweep.runs),
        definitions=definitions(settings.head[settings.words :]),
    )


def facts(sweep: Sweep) -> dict[str, list[str]]:
    """What was run: name and values."""
    runs = sweep.runs
    dates = sorted(run.started[:16].replace("T", " ") for run in runs if run.started)
    seconds = [run.seconds for run in runs if not math.isnan(run.seconds)]
    found = {
        "last command": [command] if (command := command_of(sweep.folder)) else [],
        "the same in all runs": [" ".join(sweep.shared)],
        "axes": [f"{axis}: {listed(sweep.values(axis))}" for axis in sweep.axes],
        "change with them": [f"{key}: {together(sweep, key)}" for key in sweep.tied],
        sweep.group: [", ".join(dict.fromkeys(run.value(sweep.group) for run in runs if run.value(sweep.group)))],
        "commits": sorted({run.commit for run in runs if run.commit}),
        "started": [" to ".join(dict.fromkeys((f"{dates[0]} UTC", f"{dates[-1]} UTC")))] if dates else [],
        "time of all runs": [duration(sum(seconds))] if seconds else [],
    }
    return {name: values for name, values in found.items() if any(values)}


def listed(values: Sequence[str]) -> str:
    """Values in a line; of many the number, the first and the last."""
    short = [brief(value) for value in values]
    return ", ".join(short) if len(short) <= LISTED else f"{len(short)} values from {short[0]} to {short[-1]}"


def together(sweep: Sweep, key: str) -> str:
    """``0.01 with budget=short, 0.5 with budget=long``: the values of a key that changes with an axis."""
    axis = sweep.tied[key]
    values = {order(run.value(axis)): (run.value(key), run.value(axis)) for run in sweep.runs}
    told = [f"{brief(values[step][0])} with {axis}={brief(values[step][1])}" for step in sorted(values)]
    return ", ".join(told if len(told) <= LISTED else [*told[:LISTED], "…"])


def command_of(folder: Path) -> str | None:
    """The last command of a sweep for a shell, from Hydra's ``multirun.yaml``; None where that has none."""
    try:
        given = yaml.safe_load((folder / "multirun.yaml").read_text())["hydra"]["overrides"]
        words = [word for word in map(str, given["hydra"]) if not word.startswith(ADDED)]
        return shlex.join(["python", "-m", "textrm.train", "-m", *words, *map(str, given["task"])])
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError):
        return None


def panels(sweep: Sweep, events: Mapping[str, Events]) -> dict[str, list[Panel]]:
    """The first pages of validation, each with what the best settings' first runs make of it, in the table's order."""
    best = ranked(sweep.settings, sweep.metric or "")[:SETTINGS]
    chosen = [setting for setting in sweep.settings if any(setting is other for other in best)]
    names = list(dict.fromkeys(page for setting in chosen for page in events[setting.counted[0].name].pictures))[:PAGES]
    found: dict[str, list[Panel]] = {name: [] for name in names}
    for setting in chosen:
        pictures = events[setting.counted[0].name].pictures
        for name in names:
            if name in pictures:
                source = data_url("jpeg", as_jpeg(pictures[name]))
                found[name].append(Panel(setting.label(sweep.axes, sweep.names), _detail(sweep, setting), source))
    return found


def _detail(sweep: Sweep, setting: Setting) -> str:
    run, metric = setting.counted[0], sweep.metric or ""
    best = "best " if metric.startswith("val/") else ""  # a test is of the best checkpoint alone
    return f"seed {run.seed}, {best}{metric} {shown(run.figures.get(metric, math.nan))}"


def _columns(runs: Iterable[Run]) -> str:
    targets = (OmegaConf.select(run.config, "callbacks.pictures._target_") for run in runs)
    return next((COLUMNS[name] for target in targets if (name := str(target).rsplit(".", 1)[-1]) in COLUMNS), "")


def as_jpeg(encoded: bytes) -> bytes:
    """An encoded picture as JPEG, at most WIDTH pixels wide."""
    picture = Image.open(io.BytesIO(encoded)).convert("RGB")
    if picture.width > WIDTH:
        picture = picture.resize(
            (WIDTH, max(1, round(picture.height * WIDTH / picture.width))), Image.Resampling.LANCZOS
        )
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=82)
    return file.getvalue()


def data_url(kind: str, content: bytes) -> str:
    """A picture as part of a page."""
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def definitions(figures: Iterable[str]) -> list[tuple[str, str, str]]:
    """Name, which way is better, and meaning of the figures of a table."""
    names = dict.fromkeys(base_name(figure) for figure in figures)
    return [(name, better(name), DEFINITIONS[name][1]) for name in DEFINITIONS if name in names]
