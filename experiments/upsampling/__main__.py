"""Which upsampling leaves checkerboards or false alarms? ``python -m experiments.upsampling``.

After the sweep it times a page with each way of upsampling and draws what each predicts, side by side.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib
import numpy as np
import torch
from rich.progress import Progress

from benchmarks.training.measure import time_pages
from experiments.studies import DRAWN, Study, command
from textrm.checkpoints.run_net import load_run
from textrm.data.manifest import load_sample, read_manifest
from textrm.data.sample import Sample
from textrm.evaluate.scoring import write_csv
from textrm.export.graph import export
from textrm.export.wrappers import exported
from textrm.runs.outcome import Outcome, Status

WAYS = ("bilinear", "transposed", "pixel_shuffle", "pixel_shuffle_random")
PAGES, SIDE = 3, 128  # shown pages, and the side of what is shown of them in px
SEED = "1"  # of the runs that are shown


def measure_and_draw(study: Study) -> None:
    """``times.csv`` and ``pictures.png`` beside the report, from the first seed's runs."""
    runs = {way: run_of(study.out, way) for way in WAYS}
    files = {way: study.out / "onnx" / f"{way}.onnx" for way in WAYS}
    nets = {way: load_run(run)[0] for way, run in runs.items()}
    for way, file in files.items():
        export(nets[way], file, run=way, threshold=0.5)
    with Progress() as progress:
        times = time_pages(files, 2, progress)
    write_csv(study.report / "times.csv", [{"net.upsampling": way, "seconds_per_page": times[way]} for way in WAYS])
    manifest = read_manifest(DRAWN / "test" / "manifest.csv")
    samples = [load_sample(manifest, row) for row in manifest.rows]
    lettered = sorted((sample for sample in samples if sample.mask.any()), key=lambda sample: float(sample.mask.mean()))
    shown = lettered[(len(lettered) - PAGES) // 2 :][:PAGES]  # as much lettering as most pages have
    draw([(sample, {way: predict(net, sample.image) for way, net in nets.items()}) for sample in shown],
         study.report / "pictures.png")  # fmt: skip


def run_of(folder: Path, way: str) -> Path:
    """The folder of the finished run with this upsampling and the seed that is shown; ends where it is not one."""
    wanted = {f"net.upsampling={way}", f"seed={SEED}"}
    outcomes = {path.parent: Outcome.read(path.parent) for path in folder.glob("*/outcome.json")}
    finished = {run: outcome for run, outcome in outcomes.items() if outcome and outcome.status == Status.FINISHED}
    found = [run for run, outcome in finished.items() if wanted <= set(outcome.overrides)]
    if len(found) != 1:
        sys.exit(f"error: {folder} has {len(found)} finished runs with {' and '.join(sorted(wanted))}, expected one: "
                 "run the study again, to another --out where overrides were added")  # fmt: skip
    return found[0]


def predict(net: torch.nn.Module, image: np.ndarray) -> np.ndarray:
    """The probability, H W, of a page whose sides are multiples of the stride."""
    with torch.inference_mode():
        return exported(net)(torch.from_numpy(image)[None])[0, 0].numpy()


def draw(rows: list[tuple[Sample, dict[str, np.ndarray]]], picture: Path) -> None:
    """A row per page: what is there, the truth, and each prediction, enlarged without smoothing."""
    matplotlib.use("Agg")
    from matplotlib import pyplot  # here, because the backend is chosen first

    titles = ["page", "truth", *WAYS]
    figure, axes = pyplot.subplots(
        len(rows), len(titles), figsize=(2.2 * len(titles), 2.3 * len(rows)), layout="constrained", squeeze=False
    )
    for line, (sample, found) in zip(axes, rows, strict=True):
        top, left = window(sample.mask)
        cut = (slice(top, top + SIDE), slice(left, left + SIDE))
        for column, panel in enumerate((sample.image, sample.mask, *found.values())):
            line[column].imshow(panel[cut], cmap="gray", vmin=0, vmax=1 if column else None, interpolation="nearest")
            line[column].axis("off")
    for axis, title in zip(axes[0], titles, strict=True):
        axis.set_title(title, fontsize=9)
    figure.savefig(picture, dpi=130)
    pyplot.close(figure)


def window(mask: np.ndarray) -> tuple[int, int]:
    """Top and left of the window with the most lettering."""
    corners = [(y, x) for y in range(0, mask.shape[0] - SIDE + 1, 32) for x in range(0, mask.shape[1] - SIDE + 1, 32)]
    return max(corners, key=lambda corner: int(mask[corner[0] : corner[0] + SIDE, corner[1] : corner[1] + SIDE].sum()))


main = command(Path(__file__).parent, after=measure_and_draw)

if __name__ == "__main__":
    main()
