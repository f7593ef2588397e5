"""Names that are as long as file systems take them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from infer_command import files, run

from textrm.page.planning.named_beside import file_beside
from textrm.pictures.read import read


@pytest.mark.parametrize("stem", ["n" * 251, "\u9801" * 83 + "nn", "n" * 241])
def test_what_lies_beside_a_page_has_a_name_of_its_own(stem: str, model_file: Path, book: Path, tmp_path: Path) -> None:
    page = (book / "1.png").read_bytes()
    (book / "1.png").unlink()
    for number in "12":
        (book / f"{stem[:-1]}{number}.png").write_bytes(page)
    out = tmp_path / "out"
    assert run(model_file, book, "-o", out, "--mask", "--json").exit_code == 0
    written = files(out)
    assert len(written) == 3 * 4
    assert all(len(name.rpartition("/")[2].encode()) <= 255 for name in written)
    before = {path: path.read_bytes() for path in out.rglob("*.png")}
    assert "0 pages cleaned, 4 were done already" in run(model_file, book, "-o", out, "--mask", "--json").output
    again = run(model_file, book, "-o", tmp_path / "again", "--masks", out)
    assert again.exit_code == 0
    assert "have no mask" not in again.output
    for path in (out / f"{stem[:-1]}{number}.png" for number in "12"):
        assert np.array_equal(read(tmp_path / "again" / path.name).image, read(path).image)
        assert before[path] == path.read_bytes()


def test_a_name_that_is_too_long_goes_into_a_folder_and_is_cut_between_letters() -> None:
    long = "\u9801" * 83
    assert file_beside(Path(f"out/{long}.png"), "overlay") == Path(f"out/overlay/{long}.png")
    assert file_beside(Path("out/1.png"), "mask") == Path("out/1.mask.png")
    cut = file_beside(Path(f"out/{long}nn.png"), "json")
    assert cut.parent == Path("out/json")
    assert cut.name.startswith("\u9801" * 80)
    assert len(cut.name.encode()) in range(253, 256)
    assert cut != file_beside(Path(f"out/{long}nm.png"), "json")
