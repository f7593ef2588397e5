"""The commands that are killed, and what of their output must be as after an unbroken run."""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

Contents = dict[str, str]

_CLEAN = ("-m", "textrm.infer", "--fill", "flat", "--threads", "1")
# A net that is small and a crop that is tiny: what is tried is the run's folder.
_TRAIN = (
    "-m", "textrm.train", "experiment=seg_xception", "net=xception_fast", "net.encoder.width=0.125",
    "net.encoder.middle_blocks=2", "data=manifest", "data.workers=0", "data.batch_size=2", "data.crop=64",
    "data.samples_per_epoch=8", "test=false", "trainer.accelerator=cpu", "trainer.max_epochs=12", "threads=1",
    "+trainer.limit_val_batches=2", "callbacks.progress=null",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """A command by what it is given: ``{in}``, the input, and ``{out}``, the folder whose contents count.

    ``again`` is what is given after a kill, by the output folder; None for the same. With ``inside`` the input is
    copied to where the output goes.
    """

    words: tuple[str, ...]
    contents: Callable[[Path], Contents]
    again: Callable[[Path], tuple[str, ...]] | None = None
    inside: bool = False

    def command(self, given: Path, out: Path, killed: bool) -> list[str]:
        """The whole command line; ``killed`` says whether one before it was."""
        further = self.again(out) if killed and self.again else ()
        return [sys.executable, *(word.format(**{"in": given, "out": out}) for word in (*self.words, *further))]


def files(folder: Path) -> Contents:
    """All files, hidden ones too, by what they hold."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def weights(folder: Path) -> Contents:
    """The weights and the optimizer's state in the last checkpoint, and whether anything is there half written."""
    import torch

    last = folder / "checkpoints" / "last.ckpt"
    if not last.is_file():
        return {}
    checkpoint = torch.load(last, weights_only=True)
    found: Contents = {"half written": str(sorted(path.name for path in folder.rglob(".*.part")))}
    for name, value in _leaves({"net": checkpoint["state_dict"], "optimizer": checkpoint["optimizer_states"]}):
        told = value.numpy().tobytes() if isinstance(value, torch.Tensor) else repr(value).encode()
        found[name] = hashlib.sha256(told).hexdigest()
    return found


def _leaves(node: Any, name: str = "") -> list[tuple[str, Any]]:
    if isinstance(node, dict | list):
        children = node.items() if isinstance(node, dict) else enumerate(node)
        return [leaf for key, child in children for leaf in _leaves(child, f"{name}/{key}")]
    return [(name, node)]


def _going_on(run: Path) -> tuple[str, ...]:
    return ("ckpt_path=last",) if (run / "checkpoints" / "last.ckpt").is_file() else ()


CASES: dict[str, Case] = {
    "in place": Case((*_CLEAN, "{out}", "-o", "{out}", "--overwrite", "--backup", "--mask"), files, inside=True),
    "in place, two processes": Case((*_CLEAN, "{out}", "-o", "{out}", "--overwrite", "--jobs", "2"), files, None, True),
    "clean": Case((*_CLEAN, "{in}", "-o", "{out}", "--mask", "--json"), files),
    "prepare": Case(("-m", "textrm.preprocess", "{in}", "{out}", "--size", "256"), files),
    "synth": Case(("-m", "textrm.synth", "out={out}", "n=24", "size=256", "workers=2"), files),
    "importers.captioned": Case(
        ("-m", "textrm.importers.captioned", "{in}", "{out}", "--n", "40", "--workers", "2"), files
    ),
    "importers.pairs": Case(("-m", "textrm.importers.pairs", "{in}", "{in}", "{out}", "--masks", "{in}/mask"), files),
    "training": Case((*_TRAIN, "data.manifest={in}/manifest.csv", "run={out}"), weights, _going_on),
}


def make_input(folder: Path) -> Path:
    """Small lettered pages of several formats, with masks; a drawn set with a manifest for training beside them."""
    from textrm.synth.write import write_set

    write_set(folder / "set", 16, seed=3, size=128, workers=1, split=(0.5, 0.5, 0.0), sheet=False)
    rng = np.random.default_rng(0)
    for index, suffix in enumerate((".png", ".jpg", ".tif", ".webp", ".bmp") * 4):
        page = cv2.resize(rng.integers(150, 256, (4, 3, 3), np.uint8), (600, 800), interpolation=cv2.INTER_CUBIC)
        mask = np.zeros(page.shape[:2], np.uint8)
        for canvas, colour in ((page, (0, 0, 0)), (mask, 255)):
            cv2.putText(canvas, f"HELLO {index}", (60, 300), cv2.FONT_HERSHEY_DUPLEX, 2, colour, 5, cv2.LINE_AA)
        for name, picture in ((f"pages/{index}{suffix}", page), (f"pages/mask/{index}.png", mask)):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(folder / name), picture)
    return folder


def place(case: Case, made: Path, out: Path) -> Path:
    """The input of a case, copied to ``out`` where the command works in place."""
    given = made / ("set" if case.contents is weights else "pages")
    if case.inside:
        shutil.copytree(given, out, ignore=shutil.ignore_patterns("mask"))
    return given
