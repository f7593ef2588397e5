"""Compares ways of filling holes on the pictures of a manifest."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset
from torchmetrics.image.lpip import LearnedPerceptualImagePatchSimilarity

from textrm.errors import UserError
from textrm.page import Inpainter
from textrm.scoring import TIMED_CALLS, Line
from textrm.tasks.inpainting_scores import BIN_NAMES, FIGURES, bin_of, picture_figures

# Fills one picture: H W 3 uint8 RGB and its hole H W uint8 to H W 3 uint8; what it gives outside the hole is not used.
Fill = Callable[[np.ndarray, np.ndarray], np.ndarray]
OPENCV = {"telea": cv2.INPAINT_TELEA, "navier_stokes": cv2.INPAINT_NS}
LPIPS_WEIGHTS = "alexnet-owt-7be5be79.pth"  # torchvision's file name


def fill_methods(names: Sequence[str], threads: int, checkpoint: str) -> tuple[dict[str, Fill], ExitStack]:
    """A way of filling for each of ``names``, and what to close afterwards.

    ``telea`` and ``navier_stokes`` are OpenCV's; a file is an exported inpainting net; a folder is a run of one, which
    is exported for the purpose: what is scored is what is used.

    Raises:
        UserError: for a name that is none of these.
    """
    cv2.setNumThreads(threads)
    methods: dict[str, Fill] = {}
    with ExitStack() as stack:
        for name in map(str, names):
            path = Path(name)
            if name in OPENCV:
                methods[name] = _opencv(OPENCV[name])
            elif path.is_dir():
                folder = Path(stack.enter_context(TemporaryDirectory()))
                methods[path.name] = _network(_exported(path, checkpoint, folder / "run.onnx"), threads)
            elif path.is_file():
                methods[path.stem] = _network(path, threads)
            else:
                raise UserError(f"fills: there is no {name}; expected run folders, ONNX files, {', '.join(OPENCV)}")
        return methods, stack.pop_all()


def score_fills(data: Dataset, indices: Sequence[int], methods: dict[str, Fill]) -> Iterator[list[Line]]:
    """For one picture after the other the lines of all methods: id, method, bin of coverage, figures, seconds.

    ``data`` gives items of inpainting. Pictures without a hole, or without truth in it, give no lines.
    """
    lpips = find_lpips()
    for place, index in enumerate(indices):
        item = data[index]
        clean, mask, ignore = item["clean"], item["mask"], item["ignore"]
        image, hole = pixels(item["image"]), item["mask"][0].numpy().astype(np.uint8)
        if picture_figures(clean, clean, mask, ignore) is None:
            yield []
            continue
        lines = []
        for name, method in methods.items():
            if place == 0:
                method(image, hole)  # warms up
            start = time.perf_counter()
            filled = method(image, hole)
            seconds = time.perf_counter() - start
            composite = torch.where(mask > 0.5, _tensor(filled), clean)
            figures = picture_figures(composite, clean, mask, ignore)
            assert figures is not None
            line: Line = {"id": item["id"], "method": name, "bin": BIN_NAMES[bin_of(mask)]}
            line |= dict(zip(FIGURES, figures.tolist(), strict=True))
            line["lpips"] = float("nan") if lpips is None else lpips(composite, clean)
            lines.append(line | {"seconds": seconds})
        yield lines


def summarise_fills(lines: Sequence[Line]) -> list[Line]:
    """One line per method: means over pictures, the median of seconds, and the hole's PSNR in each bin that came."""
    bins = [name for name in BIN_NAMES if any(line["bin"] == name for line in lines)]
    summary = []
    for method in dict.fromkeys(line["method"] for line in lines):
        own = [line for line in lines if line["method"] == method]
        row: Line = {"method": method, "pictures": len(own)}
        for name in (*FIGURES, "lpips"):
            row[name] = float(np.mean([float(line[name]) for line in own]))
        row["seconds"] = float(np.median([float(line["seconds"]) for line in own]))
        if len(own) < TIMED_CALLS:
            row["seconds"] = float("nan")
        for name in bins:
            values = [float(line["psnr_hole"]) for line in own if line["bin"] == name]
            row[f"psnr_hole_{name}"] = float(np.mean(values))
        summary.append(row)
    return summary


def find_lpips() -> Callable[[Tensor, Tensor], float] | None:
    """LPIPS (Zhang et al. 2018) of two pictures 3 H W in [0, 1], or None where torchvision's AlexNet is not on disk."""
    if not (Path(torch.hub.get_dir()) / "checkpoints" / LPIPS_WEIGHTS).is_file():
        return None
    metric = LearnedPerceptualImagePatchSimilarity(net_type="alex", normalize=True)

    def distance(picture: Tensor, truth: Tensor) -> float:
        with torch.inference_mode():
            return float(metric(picture[None].clamp(0, 1), truth[None].clamp(0, 1)))

    return distance


def _opencv(method: int) -> Fill:
    return lambda image, hole: cv2.inpaint(image, hole, 3, method)


def _network(path: Path, threads: int) -> Fill:
    model = Inpainter(path, threads)

    def fill(image: np.ndarray, hole: np.ndarray) -> np.ndarray:
        height, width = hole.shape
        below, right = -height % model.stride, -width % model.stride
        padded = cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_CONSTANT)
        mask = cv2.copyMakeBorder(hole, 0, below, 0, right, cv2.BORDER_CONSTANT, value=1)
        return model(padded[None], mask[None])[0, :height, :width]

    return fill


def _exported(run: Path, checkpoint: str, out: Path) -> Path:
    from textrm.export import export, load_run  # here: an ONNX file need not wait for it

    net, _ = load_run(run, checkpoint)
    export(net, out, run=run.name)
    return out


def pixels(image: Tensor) -> np.ndarray:
    """H W 3 uint8 of 3 H W in [0, 1]."""
    return np.ascontiguousarray((image * 255).round().to(torch.uint8).permute(1, 2, 0).numpy())


def _tensor(pixels: np.ndarray) -> Tensor:
    return torch.from_numpy(pixels).permute(2, 0, 1).float() / 255
