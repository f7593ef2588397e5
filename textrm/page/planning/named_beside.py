"""What the files beside a result are called."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

EXTRAS = {"mask": ".mask.png", "prob": ".prob.png", "overlay": ".overlay.png", "json": ".json", "sheet": ".sheet.jpg",
          "psd": ".psd", "ora": ".ora"}  # fmt: skip
"""What may be wished beside a result, by name, with what the file's own name ends with."""

LOOKS = ".looks.png"
"""What the name of a page with its looks drawn in ends with. Folders may hold them beside the pages."""

REVIEWED = ".review"
"""What the name of a folder with the review of pages or a book ends with."""

_APART = ("sheet",)  # always in a folder: of use to the sheet alone, and not to be leafed through with the pages
_LONGEST = 255  # bytes of a name, on most file systems


def file_beside(target: Path, name: str) -> Path:
    """The file of a result that has its ``name`` in EXTRAS: NAME.mask.png, or mask/NAME.png where that is too long.

    What the sheet shows is sheet/NAME.sheet.jpg. A name that is too long even there is cut, and ends in a mark that is
    made from the whole of it.
    """
    path = target.with_name(target.stem + EXTRAS[name])
    if name not in _APART and len(os.fsencode(path.name)) <= _LONGEST:
        return path
    suffix, stem, mark = EXTRAS[name] if name in _APART else path.suffix, target.stem, ""
    while len(os.fsencode(stem + mark + suffix)) > _LONGEST:
        mark = f"~{hashlib.sha256(os.fsencode(target.stem)).hexdigest()[:8]}"
        stem = stem[:-1]  # a letter at a time: half of one is none
    return target.with_name(name) / (stem + mark + suffix)
