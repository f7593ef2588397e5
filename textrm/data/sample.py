"""The words of the project for what a picture and its truth consist of, fixed once.

On disk and in numpy a picture is 8-bit RGB; in a batch it is float. These names mean the same everywhere:

| name | in a batch | meaning |
|---|---|---|
| image | B 3 H W float32 in [0, 1] | the lettered picture, RGB |
| clean | B 3 H W float32 in [0, 1] | the same picture without lettering |
| mask | B 1 H W float32 in {0, 1} | **1 = lettering (a hole to fill)**, 0 = keep |
| ignore | B 1 H W bool | True = no truth is known here: neither loss nor metric counts it |
| has_clean | B bool | False where there is no clean picture; the image stands in for it |
| has_mask | B bool | False where nothing is known of the lettering; ``mask`` is empty then |
| tags | B T float32 in {0, 1} | multi-hot labels of what the picture contains; NaN: nothing is known |
| prob | B 1 H W float32 in [0, 1] | the predicted mask before it is thresholded |

The partial-convolution literature uses the opposite sign ("valid = 1"); nets that need it convert at their own door.
Masks are resampled by nearest neighbour or max pooling, never smoothly.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

KINDS = ("dialogue", "caption", "sound_effect", "sign", "note", "credit", "watermark", "page_number")
"""What lettering may be, everywhere: in tags, in the generator's words, and in what the page tool finds and is told.

Dialogue is what somebody says or thinks, in a balloon or beside a head; a caption tells the story, in a box, a band or
on bare paper; a sign is on a thing in the picture; a note is an aside or a label; a credit names who made it.
"""


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture with its truth, before it becomes tensors.

    ``image`` and ``clean`` are H W 3 uint8 RGB, ``mask`` and ``ignore`` are H W uint8 in {0, 1}. ``clean``, ``ignore``
    and ``tags`` are None where nothing is known. ``words`` holds one N x 2 float32 polygon (x, y in pixels) per word,
    ``kinds`` what each of them is, one of KINDS or "" where that has no name, and nothing where nothing is known.
    ``masked`` is False where nothing is known of the lettering; ``mask`` is empty then.
    """

    id: str
    image: np.ndarray
    mask: np.ndarray
    clean: np.ndarray | None = None
    ignore: np.ndarray | None = None
    words: tuple[np.ndarray, ...] = ()
    kinds: tuple[str, ...] = ()
    tags: frozenset[str] | None = field(default_factory=frozenset)
    masked: bool = True
