"""Turns pairs of pictures into manifest rows: match, align, make the mask, judge it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track

from textrm.data.manifest import Row
from textrm.data.masks import mask_of_compressed_pair
from textrm.errors import UserError
from textrm.files import write_whole
from textrm.importers.registration import Mismatch, align
from textrm.page.planning.masks_by_hand import masks_below
from textrm.page.planning.named_beside import EXTRAS
from textrm.pictures.mask import read_mask
from textrm.pictures.plain import read_srgb
from textrm.pictures.read import SUFFIXES as PICTURES

SUFFIXES = PICTURES - {".gif"}
_BESIDE = tuple(EXTRAS.values())  # what ``textrm clean`` writes beside its pages
NEARLY_EMPTY, NEARLY_FULL = 0.0002, 0.6  # shares of the picture


@dataclass(frozen=True, slots=True)
class Options:
    """How masks are made. Units as on the command line; see :mod:`textrm.importers.pairs`."""

    threshold: float
    close: float
    grow: float
    max_shift: float
    max_residual: float
    invert: bool
    keep_empty: bool
    copy: bool
    group_by: str
    source: str
    licence: str


@dataclass(slots=True)
class Account:
    """What came of the files: usable rows, and by file what was moved into place and why others are ``bad``."""

    rows: list[Row] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)
    bad: dict[str, str] = field(default_factory=dict)


def import_pairs(raw: Path, clean: Path | None, out: Path, masks: Path | None, options: Options) -> Account:
    """Match the pictures of the folders by name, write a mask for each pair under ``out/mask``; writes no manifest.

    Ready masks of the folder ``masks`` are taken instead of differences; then ``clean`` may be None.

    Raises:
        UserError: a folder is missing or has no picture, ``out`` lies in a folder that is read, neither clean pictures
            nor masks are given, or ``group_by`` is no regular expression.
    """
    if clean is None and masks is None:
        raise UserError("without clean pictures the masks must be given: add --masks DIR")
    if options.group_by not in ("folder", "prefix"):
        try:
            re.compile(options.group_by)
        except re.error as error:
            raise UserError(
                f"--group-by {options.group_by}: expected folder, prefix or a regular expression ({error})"
            ) from error
    out, account = out.resolve(), Account()
    folders = {"raw": raw, "clean": clean, "mask": masks}
    files = {role: _pictures(folder, out, account, role) for role, folder in folders.items() if folder is not None}
    for stem in track(sorted(files["raw"]), "pairs", console=Console(stderr=True)):
        name = str(files["raw"][stem])
        missing = [role for role in files if stem not in files[role]]
        try:
            if missing:
                raise UserError(f"no file of this name in {', '.join(str(folders[role]) for role in missing)}")
            row, moved = _pair(stem, {role: files[role][stem] for role in files}, out, options)
        except (UserError, Mismatch) as error:
            account.bad[name] = str(error)
        else:
            account.rows.append(row)
            account.moved |= {name: moved} if moved else {}
    for role in [role for role in files if role != "raw"]:
        for stem in sorted(files[role].keys() - files["raw"].keys()):
            if not files[role][stem].name.endswith(_BESIDE):
                account.bad[str(files[role][stem])] = f"no lettered picture of this name in {raw}"
    return account


def _pair(stem: str, files: dict[str, Path], out: Path, options: Options) -> tuple[Row, str]:
    raw = read_srgb(files["raw"])
    names = {"image": files["raw"], "clean": files.get("clean")}
    clean, moved = None, ""
    if "clean" in files:
        alignment = align(raw, read_srgb(files["clean"]), options.max_shift, options.max_residual)
        clean, moved = alignment.clean, alignment.moved
    if "mask" in files:
        mask = _ready_mask(files["mask"], raw.shape[:2], options.invert)
    else:
        assert clean is not None
        mask = mask_of_compressed_pair(raw, clean, options.threshold, options.close, options.grow)
    share = float(mask.mean())
    if share < NEARLY_EMPTY and not options.keep_empty:
        pair = None if "mask" in files or clean is None else (raw, clean)
        raise UserError(f"the mask is nearly empty ({share:.3%}): {_remedy(pair, options.threshold)}")
    if share > NEARLY_FULL:
        raise UserError(f"the mask covers {share:.0%}: the pictures do not belong together, or --threshold is too low")
    names["mask"] = _write_png(out / "mask" / f"{stem}.png", mask * np.uint8(255))
    if moved and clean is not None:
        names["clean"] = _write_png(out / "clean" / f"{stem}.png", cv2.cvtColor(clean, cv2.COLOR_RGB2BGR))
    for role in ("image", "clean"):
        source = names[role]
        if options.copy and source is not None and not source.is_relative_to(out):
            names[role] = write_whole(out / role / f"{stem}{source.suffix}", source.read_bytes())
    paths = {role: Path(os.path.relpath(path, out)).as_posix() if path else "" for role, path in names.items()}
    return Row(
        id=stem.replace("/", "__"),
        split="train",
        group=_group(stem, options.group_by),
        image=paths["image"],
        clean=paths["clean"],
        mask=paths["mask"],
        width=mask.shape[1],
        height=mask.shape[0],
        source=options.source,
        licence=options.licence,
    ), moved


def _pictures(folder: Path, out: Path, account: Account, role: str) -> dict[str, Path]:
    """The pictures below ``folder`` by path without suffix; names that occur twice are reported and left out."""
    folder = folder.resolve()
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; expected a folder of pictures")
    if out.is_relative_to(folder):
        raise UserError(f"{out} lies in {folder}, which is read: choose an output folder outside of it")
    found = masks_below(folder) if role == "mask" else _by_name(folder)
    if not found:
        raise UserError(f"{folder}: has no picture ({', '.join(sorted(SUFFIXES))})")
    for paths in found.values():
        if len(paths) > 1:
            account.bad[str(paths[0])] = f"{paths[1].name} has the same name; keep one of them"
    return {stem: paths[0] for stem, paths in found.items() if len(paths) == 1}


def _by_name(folder: Path) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and not path.is_dir():
            found.setdefault(path.relative_to(folder).with_suffix("").as_posix(), []).append(path)
    return found


def _ready_mask(path: Path, size: tuple[int, ...], invert: bool) -> np.ndarray:
    mask = read_mask(path, size) ^ np.uint8(invert)
    if mask.mean() > 0.5:
        raise UserError(
            f"{mask.mean():.0%} of {path} would be lettering, which is white: {'drop' if invert else 'give'} --invert"
        )
    return mask


def _remedy(pair: tuple[np.ndarray, np.ndarray] | None, threshold: float) -> str:
    """What to do about a nearly empty mask; ``pair`` is what it was made of, None where it was given."""
    keep = "give --keep-empty if the page has no lettering"
    if pair is None:
        return f"{keep}, or draw its mask again"
    largest = int(cv2.absdiff(*pair).max())
    if not largest:
        return f"the two pictures are the same; {keep}"
    if largest > threshold * 255:
        return f"lower --threshold {threshold:g} for faint ink; {keep}"
    least = int(largest / 255 * 1000 - 1) / 1000  # below the largest difference, so that it finds something
    lower = f"give --threshold {least} to find that; " if least > 0 else ""
    return f"the two pictures differ by {largest} of 255 levels at most; {lower}{keep}"


def _group(stem: str, rule: str) -> str:
    if rule == "folder":
        return Path(stem).parent.as_posix()
    if rule == "prefix":
        return re.split(r"[_\- .]", Path(stem).name)[0]
    match = re.search(rule, stem)
    if match is None:
        raise UserError(f"the name does not match --group-by {rule}")
    return match.group(1) if match.re.groups else match.group()


def _write_png(path: Path, picture: np.ndarray) -> Path:
    done, content = cv2.imencode(".png", picture)
    assert done
    return write_whole(path, content.tobytes())
