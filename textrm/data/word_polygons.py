"""The polygons of the words of a picture and what each word is, where its manifest has them."""

from __future__ import annotations

import json

import numpy as np

from textrm.data.manifest import BadRow, Manifest, Row
from textrm.errors import UserError
from textrm.files import open_file


def read_words(manifest: Manifest, row: Row) -> tuple[tuple[np.ndarray, ...], tuple[str, ...]]:
    """The polygons of a row's words, each N x 2 float32 (x, y in pixels), and what each word is; none where nothing
    tells of them.

    The extra column ``words`` names a JSON file, relative to the manifest's folder: a list of polygons, each a list
    of (x, y), alone or as the ``polygon`` of an object, as ``textrm.synth`` writes it. An object's ``kind`` says what
    the word is, "" where nothing does.

    Raises:
        BadRow: where the file is missing or holds something else.
    """
    if not manifest.cell(row, "words"):
        return (), ()
    path, content = manifest.path(row, "words"), manifest.content(row, "words")
    try:
        with content or open_file(path) as file:
            entries = [word if isinstance(word, dict) else {"polygon": word} for word in json.load(file)]
        words = tuple(np.array(entry["polygon"], np.float32) for entry in entries)
    except OSError as error:
        raise BadRow(row.id, f"{path}: {error.strerror or error}") from error
    except UserError as error:
        raise BadRow(row.id, f"{path}: {error}") from error
    except (ValueError, TypeError, KeyError) as error:
        raise BadRow(row.id, f"{path}: no JSON of polygons ({error}); expected [[[x, y], …], …]") from error
    for word in words:
        if word.ndim != 2 or word.shape[1] != 2 or not np.isfinite(word).all():
            raise BadRow(row.id, f"{path}: has a word of shape {word.shape}; expected [[[x, y], …], …], finite numbers")
    return words, tuple(str(entry.get("kind") or "") for entry in entries)
