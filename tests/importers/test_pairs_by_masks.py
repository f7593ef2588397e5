"""Pairs whose masks were made before: by hand, or by cleaning their pages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from tiny_sets import Fake, Save

from textrm.data.manifest import load_sample, read_manifest
from textrm.importers.pairs import main


def test_ready_masks_are_taken_as_they_are(folders: Path, fake_page: Fake, save: Save) -> None:
    for i in range(4):
        save(folders / "masks" / f"work{i // 2}" / f"{i}.png", fake_page(i, 96, 96)[2] * 255)
    arguments = [str(folders / name) for name in ("raw", "clean", "out")]
    assert CliRunner().invoke(main, [*arguments, "--masks", str(folders / "masks")]).exit_code == 0
    manifest = read_manifest(folders / "out" / "manifest.csv")
    for i, row in enumerate(manifest.rows):
        np.testing.assert_array_equal(load_sample(manifest, row).mask, fake_page(i, 96, 96)[2])


@pytest.mark.parametrize("clean", ["-", "cleaned"])
def test_masks_may_lie_beside_the_pages_that_were_cleaned(
    folders: Path, fake_page: Fake, save: Save, clean: str
) -> None:
    out = folders / "cleaned"  # as ``textrm clean -o cleaned --mask --overlay`` leaves it
    for i in range(4):
        _, page, mask = fake_page(i, 96, 96)
        save(out / f"work{i // 2}" / f"{i}.png", page)
        save(out / f"work{i // 2}" / f"{i}.mask.png", mask * 255)
        save(out / f"work{i // 2}" / f"{i}.overlay.png", page)
    where = clean if clean == "-" else str(out)
    arguments = [str(folders / "raw"), where, str(folders / "out"), "--masks", str(out)]
    said = CliRunner().invoke(main, arguments, env={"COLUMNS": "400"})
    assert said.exit_code == 0, said.output
    manifest = read_manifest(folders / "out" / "manifest.csv")
    assert [row.id for row in manifest.rows] == ["work0__0", "work0__1", "work1__2", "work1__3"]
    for i, row in enumerate(manifest.rows):
        np.testing.assert_array_equal(load_sample(manifest, row).mask, fake_page(i, 96, 96)[2])
        assert (row.clean == "") == (clean == "-")


def test_masks_of_the_wrong_polarity_are_refused_until_inverted(folders: Path, fake_page: Fake, save: Save) -> None:
    for i in range(4):
        save(folders / "masks" / f"work{i // 2}" / f"{i}.png", 255 - fake_page(i, 96, 96)[2] * 255)
    arguments = [str(folders / "raw"), "-", str(folders / "out"), "--masks", str(folders / "masks")]
    refused = CliRunner().invoke(main, arguments, env={"COLUMNS": "400"})
    assert refused.exit_code == 1
    assert "give --invert" in refused.output
    assert not (folders / "out" / "manifest.csv").exists()
    assert CliRunner().invoke(main, [*arguments, "--invert"]).exit_code == 0
    manifest = read_manifest(folders / "out" / "manifest.csv")
    np.testing.assert_array_equal(load_sample(manifest, manifest.rows[2]).mask, fake_page(2, 96, 96)[2])
    assert manifest.rows[2].clean == ""
