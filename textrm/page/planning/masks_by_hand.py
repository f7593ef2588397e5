"""Finds the masks that a person made of pages, and reads them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from textrm.errors import UserError
from textrm.page.cleaning import ByHand
from textrm.page.planning.named_beside import EXTRAS, file_beside
from textrm.page.planning.page_files import located
from textrm.page.planning.plan import Plan
from textrm.pictures.mask import read_mask
from textrm.pictures.read import SUFFIXES

_OTHERS = tuple(ending for name, ending in EXTRAS.items() if name != "mask")  # of what lies beside a page
_LISTED = 5  # names


def with_masks(plan: Plan, out: Path, folders: Mapping[str, Path]) -> list[str]:
    """Give each page of a plan its masks; returns what the user should know.

    The mask of a page is named as its result below ``out``: NAME.mask.png, as ``--mask`` writes it, else NAME with the
    suffix of any picture. A page with two is taken out of the plan, as a failure.

    Args:
        plan: written to.
        out: the folder for the results.
        folders: where masks are, by their names in :class:`~textrm.page.cleaning.ByHand`.

    Raises:
        UserError: when a folder is none, or holds no mask.
    """
    notes = []
    for role, folder in folders.items():
        found = masks_below(folder)
        waiting, plan.pages = plan.pages, []
        names = {one.name_below(out) for one in waiting}
        for one in waiting:  # where a name is too long for NAME.mask.png
            path = file_beside(one.named, "mask")
            written = path.relative_to(out).with_suffix("").as_posix()
            if path.parent != one.named.parent and written in found and written not in names:
                found[one.name_below(out)] = found.pop(written)
        used = {located(path) for name in names for path in found.get(name, []) if path.name.endswith(EXTRAS["mask"])}
        waiting = [one for one in waiting if located(one.source) not in used]  # masks may lie beside the pages
        for one in waiting:
            files = [path for path in found.get(one.name_below(out), []) if located(path) != located(one.source)]
            if len(files) > 1:
                plan.failures.append((one.source, f"both {files[0]} and {files[1]} are its mask; take one away"))
            else:
                plan.pages.append(replace(one, masks={**one.masks, role: files[0]}) if files else one)
        if lost := [str(files[0]) for name, files in found.items() if name not in names]:
            told = ", ".join(lost[:_LISTED]) + f" and {len(lost) - _LISTED} more" * (len(lost) > _LISTED)
            notes.append(f"masks of pages that are not there: {told}")
        if role == "mask" and (without := sum(role not in one.masks for one in plan.pages)):
            notes.append(f"{without} of {len(waiting)} pages have no mask in {folder}: their lettering is found")
    return notes


def read_by_hand(masks: Mapping[str, Path], size: tuple[int, ...], max_pixels: int) -> ByHand | None:
    """The masks of a page of this height and width; None where there are none.

    Raises:
        UserError: when one cannot be read, is of another size, or calls more than half of the page lettering.
    """
    if not masks:
        return None
    read: dict[str, np.ndarray] = {role: read_mask(path, size, max_pixels) for role, path in masks.items()}
    for role, mask in read.items():
        if role != "erase" and mask.mean() > 0.5:
            raise UserError(f"{mask.mean():.0%} of {masks[role]} would be lettering, which is white or painted: "
                            "turn black and white around")  # fmt: skip
    return ByHand(**read)


def masks_below(folder: Path) -> dict[str, list[Path]]:
    """The masks below a folder by the names of their pages: paths below it, without suffix.

    A page has NAME.mask.png, as ``--mask`` writes it, or else all pictures called NAME; what ``textrm clean`` writes
    besides is none.

    Raises:
        UserError: when there is no such folder, or it holds no mask.
    """
    if not folder.is_dir():
        raise UserError(f"{folder} is no folder; expected one with masks, named as the pages")
    written: dict[str, list[Path]] = {}
    others: dict[str, list[Path]] = {}
    for where, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(where, name)
            if path.suffix.lower() not in SUFFIXES or name.startswith(".") or name.endswith(_OTHERS):
                continue
            below = path.relative_to(folder)
            if name.endswith(EXTRAS["mask"]):
                written[below.with_name(name.removesuffix(EXTRAS["mask"])).as_posix()] = [path]
            else:
                others.setdefault(below.with_suffix("").as_posix(), []).append(path)
    if not written and not others:
        raise UserError(f"{folder} holds no mask; expected pictures named as the pages")
    return others | written
