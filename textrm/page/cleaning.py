"""What cleaning a page gives, and how either way of it is called."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from textrm.errors import UserError
from textrm.page.filling.how_filled import HowFilled
from textrm.page.finding.mask import Region
from textrm.page.models.cleaner import CleaningModel
from textrm.page.models.model import check_image
from textrm.page.models.segmenter import SegmentationModel


@dataclass(frozen=True, slots=True)
class Result:
    """A cleaned page.

    ``image`` is the page without lettering, of the same kind of pixels; ``mask`` H W uint8 in {0, 1}, 1 = lettering;
    ``filled`` the mask grown, 1 = may differ from the page (all other pixels are bit-identical); ``prob`` H W uint8,
    the probability of lettering times 255; ``regions`` are words and lines from top to bottom, ``doubtful`` words that
    were left, which a person may look at; ``how`` says by what the holes were filled, None where that is not known;
    ``kept`` are words that stay for their kind.
    """

    image: np.ndarray
    mask: np.ndarray
    filled: np.ndarray
    prob: np.ndarray
    regions: list[Region]
    doubtful: list[Region] = field(default_factory=list)
    how: HowFilled | None = None
    kept: list[Region] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ByHand:
    """Masks that a person made, each H W uint8 in {0, 1} of the page's size or None.

    ``mask`` is taken instead of finding, 1 = lettering; of what was found or given, ``erase`` stays on the page after
    all, and ``add`` goes too. What is in both stays.
    """

    mask: np.ndarray | None = None
    add: np.ndarray | None = None
    erase: np.ndarray | None = None

    def check(self, size: tuple[int, ...]) -> None:
        """Refuse masks of another kind or size than height and width of the page.

        Raises:
            UserError: naming the mask, what it is and what it should be.
        """
        for name, mask in (("mask", self.mask), ("add", self.add), ("erase", self.erase)):
            if mask is not None and (mask.shape != tuple(size[:2]) or mask.dtype != np.uint8 or mask.max() > 1):
                raise UserError(f"{name} is {mask.dtype} {mask.shape} up to {mask.max()}; expected uint8 "
                                f"{tuple(size[:2])} of 0 and 1")  # fmt: skip


class Cleaning(Protocol):
    """A way of cleaning pages, with its models open and its options chosen.

    There are two: :class:`~textrm.page.segment_and_fill.SegmentAndFill` and
    :class:`~textrm.page.end_to_end.EndToEnd`.
    """

    @property
    def model(self) -> SegmentationModel | CleaningModel:
        """What finds the lettering."""
        ...

    @property
    def threshold(self) -> float:
        """The probability above which a pixel or a word is called lettering."""
        ...

    def __call__(
        self, image: np.ndarray, out: np.ndarray | None = None, seen: np.ndarray | None = None,
        by_hand: ByHand | None = None,
    ) -> Result:  # fmt: skip
        """Take the lettering out of a page.

        Args:
            image: H W 3 uint8 RGB, at least 1 x 1. Where ``seen`` is given also H W 3 RGB or H W 1 grey of uint16, or
                H W 4 ink of either: cyan, magenta, yellow, black.
            out: takes the cleaned picture, of the shape and kind of ``image``; may be ``image`` itself, which saves its
                memory.
            seen: the page in H W 3 uint8 sRGB, for a net to look at, where ``image`` holds others; None for ``image``.
            by_hand: masks that a person made; None for none.

        Raises:
            UserError: when ``image`` is no picture, a model fails on it, or a mask does not suit it or the way.
        """
        ...


def check_pictures(image: np.ndarray, seen: np.ndarray | None) -> None:
    """Refuse what :class:`Cleaning` cannot clean.

    Raises:
        UserError: naming type and shape.
    """
    check_image(image if seen is None else seen)
    if seen is None:
        return
    kinds = {(3, "uint8"), (4, "uint8"), (1, "uint16"), (3, "uint16"), (4, "uint16")}
    if image.ndim != 3 or image.shape[:2] != seen.shape[:2] or (image.shape[2], image.dtype.name) not in kinds:
        raise UserError(f"the image is {image.dtype} {image.shape}; expected RGB or ink of 8 or 16 bits, or grey of "
                        f"16, of the size {seen.shape[:2]}")  # fmt: skip


def copied(image: np.ndarray, out: np.ndarray | None) -> np.ndarray:
    """``out`` with the pixels of ``image``, a new array where it is None."""
    if out is None:
        return image.copy()
    if out is not image:
        np.copyto(out, image)
    return out
