"""Compares ways of filling holes on the pictures of a manifest."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from textrm.errors import UserError
from textrm.evaluate.scoring import Line
from textrm.evaluate.summary import TIMED_CALLS
from textrm.export.run import exported_run
from textrm.extras import import_extra
from textrm.metrics import mean_screen_scores, screen_scores
from textrm.page import InpaintingModel
from textrm.page.filling.fill import fill_holes
from textrm.tasks.inpainting_scores import BIN_NAMES, FIGURES, bin_of, picture_figures

# Fills one picture: H W 3 uint8 RGB and its hole H W uint8 to H W 3 uint8; what it gives outside the hole is not used.
Fill = Callable[[np.ndarray, np.ndarray], np.ndarray]
AUTO = "auto"  # as the page tool fills by default
SCREENS = {"tone": "screen_tone", "phase": "screen_phase", "lattice": "screen_lattice"}
OPENCV = {"telea": cv2.INPAINT_TELEA, "navier_stokes": cv2.INPAINT_NS}
PATCHMATCH = "patchmatch"  # Barnes et al. 2009, of the package pypatchmatch
_PATCH = 3  # pixels; the radius of patches that the package's own examples take


def named_fillings(names: Sequence[str], threads: int, checkpoint: str, trust: Sequence[str] = ()) -> dict[str, Fill]:
    """A way of filling for each of ``names``.

    ``auto`` is the page tool's own, with the released net; ``telea`` and ``navier_stokes`` are OpenCV's,
    ``patchmatch`` is that of a package of the extra ``benchmarks``; a file is an exported inpainting net; a folder is a
    run of one, of textrm or a package of ``trust``, which is exported for the purpose. But for ``auto``, nets see whole
    pictures here, so that they are compared and not the tool around them.

    Raises:
        UserError: for a name that is none of these, and where the package is not installed.
    """
    cv2.setNumThreads(threads)
    fillings: dict[str, Fill] = {}
    for name in map(str, names):
        path = Path(name)
        short = name if name in (*OPENCV, PATCHMATCH, AUTO) else path.name
        label = name if short in fillings else short  # two runs may be called last.onnx
        if label in fillings:
            raise UserError(f"fills names {name} twice")
        if name == AUTO:
            fillings[label] = _tool(threads)
        elif name in OPENCV:
            fillings[label] = _opencv(OPENCV[name])
        elif name == PATCHMATCH:
            fillings[label] = _patchmatch()
        elif path.is_dir():
            with exported_run(path, checkpoint, "inpainting", trust=trust) as file:
                fillings[label] = _network(file, threads)
        elif path.is_file():
            fillings[label] = _network(path, threads)
        else:
            raise UserError(
                f"fills: there is no {name}; expected run folders, ONNX files, {', '.join((AUTO, *OPENCV, PATCHMATCH))}"
            )
    return fillings


def score_fills(data: Dataset, indices: Sequence[int], fillings: dict[str, Fill]) -> Iterator[list[Line]]:
    """For one picture after the other the lines of all methods: id, method, bin of coverage, figures, seconds.

    ``data`` gives items of inpainting. Pictures without a hole, or without truth in it, give no lines.
    """
    warm = False
    for index in indices:
        item = data[index]
        clean, mask, ignore = item["clean"], item["mask"], item["ignore"]
        image, hole = pixels(item["image"]), item["mask"][0].numpy().astype(np.uint8)
        if picture_figures(clean, clean, mask, ignore) is None:
            yield []
            continue
        lines = []
        for name, filling in fillings.items():
            if not warm:
                filling(image, hole)
            start = time.perf_counter()
            filled = filling(image, hole)
            seconds = time.perf_counter() - start
            composite = torch.where(mask > 0.5, _tensor(filled), clean)
            figures = picture_figures(composite, clean, mask, ignore)
            assert figures is not None
            line: Line = {"id": item["id"], "method": name, "bin": BIN_NAMES[bin_of(mask)]}
            line |= dict(zip(FIGURES, figures.tolist(), strict=True))
            screens = mean_screen_scores(screen_scores(filled, pixels(clean), hole & ~ignore[0].numpy()))
            line |= {column: screens[figure] for figure, column in SCREENS.items()}
            lines.append(line | {"seconds": seconds})
        warm = True
        yield lines


def summarise_fills(lines: Sequence[Line]) -> list[Line]:
    """One line per method: means over pictures, the median of seconds, and the figures in each bin that came."""
    bins = [name for name in BIN_NAMES if any(line["bin"] == name for line in lines)]
    summary = []
    for filling in dict.fromkeys(line["method"] for line in lines):
        own = [line for line in lines if line["method"] == filling]
        row: Line = {"method": filling, "pictures": len(own)}
        row |= {name: _mean(name, own) for name in FIGURES}
        row |= {name: _mean_of_known(name, own) for name in SCREENS.values()}
        enough = len(own) >= TIMED_CALLS
        row["seconds"] = float(np.median([float(line["seconds"]) for line in own])) if enough else float("nan")
        for name in FIGURES:
            row |= {f"{name}_{part}": _mean(name, [line for line in own if line["bin"] == part]) for part in bins}
        summary.append(row)
    return summary


def _mean(name: str, lines: Sequence[Line]) -> float:
    return float(np.mean([float(line[name]) for line in lines]))


def _mean_of_known(name: str, lines: Sequence[Line]) -> float:
    known = [value for line in lines if not np.isnan(value := float(line[name]))]
    return float(np.mean(known)) if known else float("nan")


def _tool(threads: int) -> Fill:
    model = InpaintingModel(None, threads)

    def fill(image: np.ndarray, hole: np.ndarray) -> np.ndarray:
        filled = image.copy()
        fill_holes(filled, hole.copy(), AUTO, model)
        return filled

    return fill


def _opencv(filling: int) -> Fill:
    return lambda image, hole: cv2.inpaint(image, hole, 3, filling)


def _patchmatch() -> Fill:
    package = import_extra("benchmarks", "patchmatch.patch_match")
    if not package.patchmatch_available:
        raise UserError("fills: the library of pypatchmatch does not load on this machine; leave patchmatch out")

    def fill(image: np.ndarray, hole: np.ndarray) -> np.ndarray:
        package.set_random_seed(0)
        return package.inpaint(image, hole, patch_size=_PATCH)

    return fill


def _network(path: Path, threads: int) -> Fill:
    model = InpaintingModel(path, threads)

    def fill(image: np.ndarray, hole: np.ndarray) -> np.ndarray:
        height, width = hole.shape
        below, right = -height % model.stride, -width % model.stride
        padded = cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_CONSTANT)
        mask = cv2.copyMakeBorder(hole, 0, below, 0, right, cv2.BORDER_CONSTANT, value=1)
        return model(padded[None], mask[None])[0, :height, :width]

    return fill


def pixels(image: Tensor) -> np.ndarray:
    """H W 3 uint8 of 3 H W in [0, 1]."""
    return np.ascontiguousarray((image * 255).round().to(torch.uint8).permute(1, 2, 0).numpy())


def _tensor(pixels: np.ndarray) -> Tensor:
    return torch.from_numpy(pixels).permute(2, 0, 1).float() / 255
