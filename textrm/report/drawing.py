"""What all plots share: their looks, and how a figure becomes a picture of the report.

Without seaborn: ``heatmap`` and ``stripplot`` would replace about 30 lines of the plots' 360, for what takes the others
is the choice of panels, which runs count, the frame of the best and the captions.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as pyplot
from matplotlib.figure import Figure

from textrm.report.figures import better

STYLE: dict[Any, Any] = {
    "font.size": 10,
    "axes.titlesize": 10,
    "figure.titlesize": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.constrained_layout.use": True,
    "text.parse_math": False,  # a dollar in a value is a dollar
}
MOST_PANELS = 9
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#8a8a8a"


@dataclass(frozen=True)
class Plot:
    """A picture of the report: file name without suffix, title, what is seen, and the PNG."""

    name: str
    title: str
    caption: str
    png: bytes


def finish(name: str, title: str, caption: str, figure: Figure) -> Plot:
    """The figure as PNG, closed."""
    file = io.BytesIO()
    figure.savefig(file, dpi=130, metadata={"Software": ""})
    pyplot.close(figure)
    return Plot(name, title, caption, file.getvalue())


def direction(figure: str) -> str:
    """``val/AP (higher is better)``."""
    return f"{figure} ({better(figure)} is better)" if better(figure) else figure
