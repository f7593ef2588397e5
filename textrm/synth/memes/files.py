"""A meme on disk: worn and compressed as memes are that went through the net, with its row of the manifest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from textrm.data.manifest import Row
from textrm.data.masks import mask_of_drawn_pair
from textrm.data.sample import Sample
from textrm.files import write_whole
from textrm.synth.degrade import rescaled
from textrm.synth.memes.meme import Meme
from textrm.synth.values import Rng

QUALITY = (70, 96)  # of JPEG, as sites that host memes write it


@dataclass(frozen=True, slots=True)
class Finish:
    """Shares in [0, 1]: of pairs that are rescaled or blurred, and of lettered pictures that become JPEG."""

    worn: float = 0.2
    jpeg: float = 0.85


def worn(rng: Rng, sample: Sample) -> Sample:
    """Both pictures shrunk and enlarged again, or blurred a little, in the same way; the mask follows them."""
    assert sample.clean is not None
    if rng.random() < 0.6:
        image, clean = rescaled(rng, (sample.image, sample.clean), 0.6)
    else:
        sigma = rng.uniform(0.3, 0.9)
        image, clean = (cv2.GaussianBlur(picture, (0, 0), sigma) for picture in (sample.image, sample.clean))
    return replace(sample, image=image, clean=clean, mask=mask_of_drawn_pair(image, clean))


def write_meme(rng: Rng, meme: Meme, out: Path, finish: Finish, row: Row) -> Row:
    """Write image/, clean/ and mask/ below ``out`` and return ``row`` with their paths and what is known of the meme.

    The clean picture and the mask (0 and 255) are PNG. The lettered one is a JPEG of quality 70 to 95, or a PNG; the
    mask is of before that compression. ``row`` gives id, group, source and licence.

    Raises:
        OSError: a file cannot be written.
    """
    sample = worn(rng, meme.sample) if rng.random() < finish.worn else meme.sample
    assert sample.clean is not None
    quality = int(rng.integers(*QUALITY)) if rng.random() < finish.jpeg else 0
    suffix = ".jpg" if quality else ".png"
    names = {"image": f"image/{row.id}{suffix}", "clean": f"clean/{row.id}.png", "mask": f"mask/{row.id}.png"}
    settings = [cv2.IMWRITE_JPEG_QUALITY, quality] if quality else []
    write_whole(out / names["image"], encoded(sample.image, suffix, settings))
    write_whole(out / names["clean"], encoded(sample.clean, ".png"))
    write_whole(out / names["mask"], encoded(sample.mask * np.uint8(255), ".png"))
    height, width = sample.mask.shape
    extra = {**row.extra, "style": meme.style, "font": meme.font}
    tags = " ".join(sorted(sample.tags or ()))
    return replace(row, **names, tags=tags, width=width, height=height, extra=extra)


def encoded(picture: np.ndarray, suffix: str, settings: list[int] | None = None) -> bytes:
    """A picture, H W 3 uint8 RGB or H W uint8, as the bytes of a file; PNG is compressed little, for speed."""
    source = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR) if picture.ndim == 3 else picture
    done, content = cv2.imencode(
        suffix, source, settings or ([cv2.IMWRITE_PNG_COMPRESSION, 3] if suffix == ".png" else [])
    )
    assert done
    return content.tobytes()
