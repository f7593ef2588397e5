"""A run folder's configuration is read as data, whoever wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest
from omegaconf import OmegaConf

from textrm.errors import UserError
from textrm.runs.written import check_written, read_config


def test_names_are_those_of_today_and_interpolations_are_text(tmp_path: Path) -> None:
    path = tmp_path / "resolved.yaml"
    path.write_text("net: {_target_: textrm.nets.unet.UNet}\nname: ${oc.env:HOME}\nslashed: \\${a}\nlist: [1, x]\n")
    assert OmegaConf.to_container(read_config(path), resolve=True) == {
        "net": {"_target_": "textrm.nets.layers.unet.UNet"}, "name": "${oc.env:HOME}", "slashed": "\\${a}",
        "list": [1, "x"],
    }  # fmt: skip


@pytest.mark.parametrize("content", [None, "a: [", "[1, 2]", "\x00"])
def test_what_cannot_be_read_is_empty(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "resolved.yaml").write_text(content)
    assert read_config(tmp_path / "resolved.yaml") == {}


def test_an_interpolation_is_named() -> None:
    check_written({"a": ["b", {"c": "$d"}], "e": 1})
    with pytest.raises(UserError, match=r"resolved\.yaml holds \$\{a\}: textrm\.train writes values alone"):
        check_written({"a": 1, "b": [{"c": "${a}"}]})
