"""What a test measures beyond validation: tolerance, false alarms, checkerboards."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from textrm.metrics import PixelCounts, checkerboard, count_pixels, false_area, window_spectrum
from textrm.tasks.pixel_scores import PixelScores


class PageScores(PixelScores):
    """The figures of :class:`~textrm.tasks.pixel_scores.PixelScores`, F1tol, false_area and checkerboard.

    F1tol (2 px) is pooled as in :mod:`textrm.metrics`; false_area is the share of clean pictures that is predicted
    lettering, mean over the pictures whose clean version is known; checkerboard is in decibels.
    """

    near: Tensor
    spectrum: Tensor
    false_areas: Tensor

    def __init__(self, threshold: float = 0.5) -> None:
        super().__init__(threshold)
        self.add_state("near", torch.zeros(4, dtype=torch.int64), dist_reduce_fx="sum")
        self.add_state("spectrum", torch.zeros(32, 32, dtype=torch.float64), dist_reduce_fx="sum")
        self.add_state("false_areas", torch.zeros(2, dtype=torch.float64), dist_reduce_fx="sum")

    def update(
        self, prob: Tensor, mask: Tensor, ignore: Tensor, clean: Tensor | None = None, known: Tensor | None = None
    ) -> None:
        """As its base; ``clean`` is what is predicted on the clean pictures (B 1 H W) where ``known`` (B, bool)."""
        super().update(prob, mask, ignore)
        for one, truth, left_out in zip(prob, mask, ignore, strict=True):
            counts = count_pixels(self._level(one), truth[0].cpu().numpy(), left_out[0].cpu().numpy())
            near = (counts.predicted, counts.true_near, counts.lettering, counts.found_near)
            self.near += torch.tensor(near, device=self.near.device)
            self.spectrum += torch.from_numpy(window_spectrum(one[0].float().cpu().numpy())).to(self.spectrum.device)
        if clean is None or known is None:
            return
        for one, left_out in zip(clean[known], ignore[known], strict=True):
            share = false_area(self._level(one), left_out[0].cpu().numpy())
            if not np.isnan(share):  # of a page that is ignored as a whole
                self.false_areas += torch.tensor([share, 1.0], dtype=torch.float64, device=self.false_areas.device)

    def _level(self, prob: Tensor) -> np.ndarray:
        # Above the threshold is 255, below 0: the counts know one threshold only.
        level = (prob[0].float() * 255).round().cpu().numpy()
        return np.where(level > self.threshold, 255, 0).astype(np.uint8)

    def compute(self) -> dict[str, float]:
        """All figures as plain floats; NaN for what was not counted."""
        predicted, true_near, lettering, found_near = (int(value) for value in self.near)
        counts = PixelCounts(predicted=predicted, true_near=true_near, lettering=lettering, found_near=found_near)
        total, pictures = self.false_areas.tolist()
        return {
            **super().compute(),
            "F1tol": counts.tolerant_f1(),
            "false_area": total / pictures if pictures else float("nan"),
            "checkerboard": checkerboard(self.spectrum.cpu().numpy()),
        }
