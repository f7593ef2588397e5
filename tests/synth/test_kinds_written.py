"""Pages of one to three words: how few, how large, and that asking for the kind gives nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from textrm.data.manifest import load_sample, read_manifest
from textrm.errors import UserError
from textrm.synth.drawing.common.canvas import Canvas
from textrm.synth.drawing.common.palette import Drawing, random_palette
from textrm.synth.drawing.ruled import crossing, rainfall, ruled
from textrm.synth.faces.library import FontLibrary
from textrm.synth.kinds_written import lone_words
from textrm.synth.write import write_set


def test_little_stands_on_a_page_small_or_large(fonts: FontLibrary) -> None:
    heights = []
    for seed in range(24):
        letterer, tags = lone_words(np.random.default_rng(seed), 300, 420, fonts, True, True)
        sample = letterer.sample("lone", tags)
        assert sample.clean is not None
        assert np.abs(sample.image.astype(int) - sample.clean)[sample.mask == 0].max() <= 16
        if sample.mask.any():
            assert "lone_words" in sample.tags
            heights += [np.ptp(word[:, 1]) for word in sample.words]
    assert len(heights) >= 20
    assert min(heights) < 30
    assert max(heights) > 120


def test_without_lettering_the_ground_is_bare(fonts: FontLibrary) -> None:
    for seed in range(4):
        letterer, tags = lone_words(np.random.default_rng(seed), 200, 200, fonts, False, False)
        assert (letterer.image == letterer.clean).all()
        assert "lone_words" not in letterer.sample("lone", tags).tags


def test_one_kind_of_page_may_be_asked_for(tmp_path: Path) -> None:
    manifest = read_manifest(write_set(tmp_path, 6, size=160, empty=0.0, kind="lone_words", workers=1, sheet=False))
    for row in manifest.rows:
        sample = load_sample(manifest, row)
        assert sample.mask.any()
        assert "lone_words" in row.tags.split()


@pytest.mark.parametrize(
    ("kind", "hint"), [("lone_word", "did you mean lone_words"), ("poem", "expected one of comic")]
)
def test_a_kind_that_there_is_none_of_is_told(tmp_path: Path, kind: str, hint: str) -> None:
    with pytest.raises(UserError, match=f"^kind={kind}: no such kind of page; {hint}"):
        write_set(tmp_path, 1, kind=kind)


@pytest.mark.parametrize("drawing", [ruled, rainfall, crossing])
def test_lines_run_over_all_of_a_panel(drawing: Drawing) -> None:
    for seed in range(6):
        rng = np.random.default_rng(seed)
        canvas = Canvas(120, 160, (255, 255, 255), (0, 0, 0), 1.0)
        drawing(canvas, rng, random_palette(rng, False))
        picture = canvas.flatten()[..., 0].astype(int)
        ink = picture < np.median(picture) - 20
        assert "lines" in canvas.tags
        assert 0.002 < ink.mean() < 0.5
        assert max(ink.any(axis).mean() for axis in (0, 1)) > 0.8  # from edge to edge, or everywhere
