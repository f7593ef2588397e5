"""Own packages: found, refused in one line where they cannot be imported, and trusted one by one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from textrm.errors import UserError
from textrm.runs.own import check_parts, import_from_here, locate, trusted


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "mine_whole").mkdir()
    (tmp_path / "mine_whole/__init__.py").write_text("class Part:\n    class Inner:\n        pass\n")
    (tmp_path / "mine_broken.py").write_text("raise RuntimeError('no GPU here')\n")
    (tmp_path / "mine_lacking.py").write_text("import mine_never_installed\n")
    return tmp_path


def test_parts_are_found(packages: Path) -> None:
    assert locate("mine_whole.Part", "net").__name__ == "Part"
    assert locate("mine_whole.Part.Inner", "net").__name__ == "Inner"
    check_parts({"net": {"_target_": "mine_whole.Part"}, "logger": None, "task": {"_target_": "textrm.nothing"}})


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("mine_broken.Net", "mine_broken raises RuntimeError while it is imported (no GPU here)"),
        ("mine_lacking.Net", "there is no module mine_never_installed"),
        ("mine_absent.nets.Net", "there is no module mine_absent: run the command in the folder that holds it"),
        ("mine_whole.Other", "mine_whole has no Other"),
        ("Net", "expected a dotted name"),
    ],
)
def test_parts_that_cannot_be_had(packages: Path, name: str, said: str) -> None:
    with pytest.raises(UserError) as refused:
        check_parts({"callbacks": [{"_target_": name}]})
    assert str(refused.value).startswith(f"callbacks.0._target_={name}: ")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_what_is_trusted() -> None:
    assert trusted(["lab", "my_nets.unet"]) == ("lab", "my_nets.unet")
    assert trusted([]) == ()


@pytest.mark.parametrize("trust", ["lab", 3, [1], ["os"], ["subprocess"], ["torch"], ["torch.hub"], ["builtins"], [""]])
def test_what_is_never_trusted(trust: Any) -> None:
    with pytest.raises(UserError, match="trust="):
        trusted(trust)


def test_the_working_folder_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", ["/first"])
    monkeypatch.chdir(tmp_path)
    import_from_here()
    import_from_here()
    assert sys.path == ["/first", str(tmp_path)]
