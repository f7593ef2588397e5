"""The comparison of evaluation: several ways to fill the same holes, in one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from hydra.utils import instantiate
from omegaconf import DictConfig, ListConfig
from rich.console import Console
from rich.progress import track
from rich.table import Table

from textrm.data.dataset import ManifestDataset
from textrm.data.holes import HoledDataset
from textrm.data.transforms import EvalTransform
from textrm.errors import UserError
from textrm.evaluate.fill_scores import Fill, fill_methods, pixels, score_fills, summarise_fills
from textrm.evaluate.scoring import Line, write_csv
from textrm.evaluate.sheet import Strip, write_sheet
from textrm.evaluate.table import WIDTH
from textrm.runs.config import at_least
from textrm.tasks.inpainting_scores import LPIPS_WEIGHTS

COLUMNS = {
    "psnr_hole": ("hole dB", "{:.2f}"), "psnr": ("PSNR", "{:.1f}"), "ssim": ("SSIM", "{:.4f}"),
    "l1_hole": ("hole L1", "{:.4f}"), "lpips": ("LPIPS", "{:.4f}"), "seconds": ("s/picture", "{:.2f}"),
}  # fmt: skip


def compare_fills(config: DictConfig) -> None:
    """Print the table of several ways to fill the same holes, write CSV files and a sheet of the first pictures.

    Raises:
        UserError: where the pictures have no clean version, or a method cannot be had.
    """
    if not isinstance(config.fills, ListConfig) or not config.fills:
        raise UserError(f"fills={config.fills}: expected a list, as fills=[runs/mine,model.onnx,telea]")
    for name in ("model", "run", "by", "fill_model", "methods"):
        if config[name] is not None:
            raise UserError(
                f"{name} is given beside fills: expected one of the two; a net to compare is named in fills"
            )
    at_least(config, limit=1)
    pictures = ManifestDataset(config.manifest, config.split, EvalTransform())
    pictures.keep_clean()
    data = HoledDataset(pictures, instantiate(config.holes))
    indices = np.linspace(0, len(data) - 1, min(config.limit or len(data), len(data))).round().astype(int).tolist()
    methods = fill_methods(config.fills, config.threads, config.checkpoint)
    scored = score_fills(data, indices, methods)
    lines = [line for found in track(scored, description="pictures", total=len(indices)) for line in found]
    if not lines:
        raise UserError(f"{config.manifest}: none of {len(indices)} pictures has a hole with a truth; see holes")
    summary = summarise_fills(lines)
    console = Console()
    console.width = max(console.width, WIDTH)
    console.print(fill_table(f"filling the same holes of {config.manifest}, {config.split}", summary))
    if config.out is not None:
        out = Path(config.out)
        write_csv(out / "fills.csv", summary)
        write_csv(out / "fills_pictures.csv", lines)
        if config.sheet:
            write_sheet(out / "fills.png", [fill_strip(data[index], methods) for index in indices[: config.sheet]])
    if pictures.bad_rows:
        raise UserError(f"{len(pictures.bad_rows)} rows could not be read and were not scored: "
                        f"{', '.join(sorted(pictures.bad_rows))}")  # fmt: skip


def fill_table(title: str, lines: Sequence[Line]) -> Table:
    """The lines of :func:`summarise_fills` for the terminal."""
    bins = [name for name in lines[0] if name.startswith("psnr_hole_")]  # the CSV has the others too
    headings = [heading for heading, _ in COLUMNS.values()] + [f"{name[10:]} %" for name in bins]
    table = Table("method", "pictures", *headings, title=title)
    if any(np.isnan(float(line["lpips"])) for line in lines):
        table.caption = f"LPIPS needs torchvision's AlexNet ({LPIPS_WEIGHTS}) in torch's hub folder"
    forms = [(name, form) for name, (_, form) in COLUMNS.items()] + [(name, "{:.2f}") for name in bins]
    for line in lines:
        values = [(form, float(line[name])) for name, form in forms]
        shown = ["–" if np.isnan(value) else form.format(value) for form, value in values]
        table.add_row(str(line["method"]), str(line["pictures"]), *shown)
    return table


def fill_strip(item: dict[str, Any], methods: Mapping[str, Fill]) -> Strip:
    """The picture with its hole in white, what each method made of it, and the truth."""
    image, clean, hole = pixels(item["image"]), pixels(item["clean"]), item["mask"][0].numpy().astype(np.uint8)
    inside = hole[..., None] != 0
    filled = [np.where(inside, method(image, hole), clean) for method in methods.values()]
    panels = (np.where(inside, np.uint8(255), clean), *filled, clean)
    return Strip(f"{item['id']}: hole, {', '.join(methods)}, truth", panels)
