"""The spectrum of probability maps, and the checkerboards that it shows (numpy only)."""

from __future__ import annotations

import numpy as np

WINDOW = 32  # px; side of the windows whose spectrum is taken
PERIOD = 4  # px; of a checkerboard
BESIDE = 3  # bins between a frequency and those it is compared with


def window_spectrum(prob: np.ndarray) -> np.ndarray:
    """Power spectrum (32 × 32) of a probability map H W, summed over its windows of 32 px; zeros for a smaller map."""
    rows, columns = (side // WINDOW for side in prob.shape)
    cut = np.asarray(prob, np.float64)[: rows * WINDOW, : columns * WINDOW]
    windows = cut.reshape(rows, WINDOW, columns, WINDOW).swapaxes(1, 2)
    taper = np.outer(np.hanning(WINDOW + 1)[:-1], np.hanning(WINDOW + 1)[:-1])
    windows = (windows - windows.mean((2, 3), keepdims=True)) * taper
    return (np.abs(np.fft.fft2(windows)) ** 2).sum((0, 1))


def checkerboard(spectrum: np.ndarray) -> float:
    """Energy of a pattern that repeats every 4 px, in decibels above what surrounds it in a :func:`window_spectrum`.

    4 px is the stride of the grid that decoders enlarge to the picture. Each of the 15 frequencies of such a pattern is
    compared with the four that lie 3 bins beside it, beyond the reach of the taper: the mean of the logarithms of the
    ratios. Masks of lettering have 0.4, smooth maps between -1 and 3; bilinear interpolation has zeros there and is far
    below. It tells the uneven sub-pixels of a decoder, however faint, and not the blocks of nearest neighbours. NaN
    where nothing was predicted.
    """
    if not spectrum.any():
        return float("nan")
    power = np.log10(spectrum + 1e-12 * spectrum.max())
    beside = [np.roll(power, shift, axis) for axis in (0, 1) for shift in (-BESIDE, BESIDE)]
    excess = (power - np.mean(beside, 0))[:: WINDOW // PERIOD, :: WINDOW // PERIOD].ravel()[1:]
    return float(10 * excess.mean())
