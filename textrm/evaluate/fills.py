"""The evaluation of ways to fill holes: one or several on the same holes, in one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from hydra.utils import instantiate
from omegaconf import DictConfig
from rich.progress import track
from rich.table import Column, Table

from textrm.data.dataset import ManifestDataset
from textrm.data.holes import HoledDataset
from textrm.data.manifest import BadRow
from textrm.data.transforms import EvalTransform
from textrm.errors import UserError
from textrm.evaluate.comparison import Comparison
from textrm.evaluate.fill_scores import SCREENS, Fill, named_fillings, pixels, score_fills, summarise_fills
from textrm.evaluate.scoring import Line, csv_of
from textrm.evaluate.sheet import Strip
from textrm.runs.config import at_least
from textrm.runs.own import trusted
from textrm.tasks.inpainting_scores import LPIPS_WEIGHTS

COLUMNS = {
    "psnr_hole": ("hole dB", "{:.2f}"), "psnr": ("PSNR", "{:.1f}"), "ssim": ("SSIM", "{:.4f}"),
    "l1_hole": ("hole L1", "{:.4f}"), "lpips": ("LPIPS", "{:.4f}"), "seconds": ("s/picture", "{:.2f}"),
}  # fmt: skip
ON_SCREENS = {"tone": ("tone", "{:.1f}"), "phase": ("phase", "{:.3f}"), "lattice": ("lattice", "{:.2f}")}


def compare_fills(config: DictConfig, names: Sequence[str]) -> Comparison:
    """Fill the same holes in every way; the sheet shows the first pictures.

    Raises:
        UserError: where the pictures have no clean version, or a method cannot be had.
    """
    at_least(config, limit=1)
    pictures = ManifestDataset(config.manifest, config.split, EvalTransform())
    pictures.keep_clean()
    data = HoledDataset(pictures, instantiate(config.holes))
    indices = np.linspace(0, len(data) - 1, min(config.limit or len(data), len(data))).round().astype(int).tolist()
    fillings = named_fillings(names, config.threads, config.checkpoint, trusted(config.trust))
    scored = score_fills(data, indices, fillings)
    lines = [line for found in track(scored, description="pictures", total=len(indices)) for line in found]
    if not lines:
        raise UserError(f"{config.manifest}: none of {len(indices)} pictures has a hole with a truth; see holes")
    summary = summarise_fills(lines)
    return Comparison(
        fill_table(f"filling the same holes of {config.manifest}, {config.split}", summary),
        len(data), [BadRow(*bad) for bad in sorted(pictures.bad_rows.items())],
        {"fills.csv": csv_of(summary), "fills_pictures.csv": csv_of(lines)},
        "fills.png", lambda: [fill_strip(data[index], fillings) for index in indices[: config.sheet]],
    )  # fmt: skip


def fill_table(title: str, lines: Sequence[Line]) -> Table:
    """The lines of :func:`summarise_fills` for the terminal; those of screens where a hole lies on one."""
    columns = dict(COLUMNS)
    if any(not np.isnan(float(line[name])) for line in lines for name in SCREENS.values()):
        columns |= {SCREENS[figure]: column for figure, column in ON_SCREENS.items()}
    bins = [name for name in lines[0] if name.startswith("psnr_hole_")]  # the CSV has the others too
    headings = [heading for heading, _ in columns.values()] + [f"{name[10:]} %" for name in bins]
    table = Table(Column("method", no_wrap=True), "pictures", *headings, title=title)
    if any(np.isnan(float(line["lpips"])) for line in lines):
        table.caption = f"LPIPS needs torchvision's AlexNet ({LPIPS_WEIGHTS}) in torch's hub folder"
    forms = [(name, form) for name, (_, form) in columns.items()] + [(name, "{:.2f}") for name in bins]
    for line in lines:
        values = [(form, float(line[name])) for name, form in forms]
        shown = ["–" if np.isnan(value) else form.format(value) for form, value in values]
        table.add_row(str(line["method"]), str(line["pictures"]), *shown)
    return table


def fill_strip(item: dict[str, Any], fillings: Mapping[str, Fill]) -> Strip:
    """The picture with its hole in white, what each method made of it, and the truth."""
    image, clean, hole = pixels(item["image"]), pixels(item["clean"]), item["mask"][0].numpy().astype(np.uint8)
    inside = hole[..., None] != 0
    filled = [np.where(inside, filling(image, hole), clean) for filling in fillings.values()]
    panels = (np.where(inside, np.uint8(255), clean), *filled, clean)
    return Strip(f"{item['id']}: hole, {', '.join(fillings)}, truth", panels)
