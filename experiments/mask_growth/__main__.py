"""How far should labels from noisy pairs be grown? ``python -m experiments.mask_growth``.

The drawn training pages are degraded as scans are, lettered and clean pages apart, and subtracted: the masks lack the
rims of letters, faint ink and what noise hides. They are grown by max pooling with kernels of 1 (not at all), 3, 5 and
7 px and trained on, and so are the exact masks of the same pictures; validation and test have exact masks.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from rich.progress import track

from experiments.running import once
from experiments.studies import DRAWN, Study, command
from textrm.evaluate.scoring import Line, write_csv
from textrm.metrics import PixelCounts, count_pixels
from textrm.pictures.plain import read_grey, read_srgb

KERNELS = (1, 3, 5, 7)
QUALITY, BLUR, NOISE = (30, 80), (0.3, 0.8), (1.0, 4.0)  # of JPEG; sigma in px; standard deviation in levels of 255


def import_pairs(study: Study) -> str:
    """Noisy pairs, and a manifest for each kernel, which the sweep is to train on."""
    folders = [DRAWN / "noisy" / name for name in ("raw", "cleaned")]
    for folder, name in zip(folders, ("image", "clean"), strict=True):
        if not folder.is_dir():
            degrade(DRAWN / "train" / name, folder)
    for kernel in KERNELS:
        out = DRAWN / f"pairs-{kernel}"
        words = f"{folders[0]} {folders[1]} {out} --close 0 --grow {kernel} --keep-empty --max-residual 1"
        # Status 1: a page whose grown mask covers nearly all of it is left out, as any user would have it.
        once(f"textrm.importers.pairs {words}", out, allowed=(0, 1))
    exact = DRAWN / "pairs-exact" / "manifest.csv"
    exact.parent.mkdir(exist_ok=True)
    labelled = (DRAWN / f"pairs-{KERNELS[0]}" / "manifest.csv").read_text()
    exact.write_text(labelled.replace(",mask/", ",../train/mask/"))
    # The second is the sweep's own, given again because the pages of all studies are given after the sweep.
    return f"pairs={DRAWN}/pairs 'data.manifest=${{pairs}}-${{grow}}/manifest.csv'"


def degrade(source: Path, target: Path) -> None:
    """The pictures of ``source`` with the blur, noise and JPEG traces of scans, each with its own."""
    written = target.with_name(f"{target.name}.part")
    written.mkdir(parents=True, exist_ok=True)
    for path in track(sorted(source.iterdir()), description=f"{target.name}, noisy"):
        # Seeded by the name: raw and cleaned pages of a pair must not share their noise, a repetition must.
        rng = np.random.default_rng(np.frombuffer(f"{target.name}/{path.stem}".encode(), np.uint8))
        page = read_srgb(path)[..., ::-1]  # OpenCV writes BGR
        picture = cv2.GaussianBlur(page, (0, 0), rng.uniform(*BLUR))
        noisy = picture + rng.normal(0, rng.uniform(*NOISE), picture.shape)
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(*QUALITY))]
        cv2.imwrite(str(written / f"{path.stem}.jpg"), noisy.round().clip(0, 255).astype(np.uint8), quality)
    written.rename(target)


def measure_labels(study: Study) -> None:
    """``labels.csv`` beside the report: the labels against the exact masks, on the pages that all kernels have."""
    folders = {kernel: DRAWN / f"pairs-{kernel}" / "mask" for kernel in KERNELS}
    names = sorted(set.intersection(*({path.name for path in folder.iterdir()} for folder in folders.values())))
    lines: list[Line] = []
    for kernel, folder in folders.items():
        counts = PixelCounts()
        for name in track(names, description=f"labels, {kernel}"):
            label, truth = (read_grey(masks / name) for masks in (folder, DRAWN / "train" / "mask"))
            counts += count_pixels(label, truth > 0)
        scores = counts.scores()
        lines.append({"grow": kernel, **{figure: scores[figure] for figure in ("precision", "recall", "F1", "F1tol")}})
    write_csv(study.report / "labels.csv", lines)


main = command(Path(__file__).parent, before=import_pairs, after=measure_labels)

if __name__ == "__main__":
    main()
