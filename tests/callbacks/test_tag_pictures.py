"""What a tagger saw is drawn where it looked."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import torch

from textrm.callbacks.tagging import TagPictures, TagTable
from textrm.page.looks import COLOURS
from textrm.tasks.tag_scores import TagScores


class Net(torch.nn.Module):
    labels = ("hair", "sky")


class Module(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = Net()
        self.val_scores = TagScores(2)


def test_looks_are_drawn_in_their_colours_beside_the_picture() -> None:
    pictures = TagPictures(threshold=0.5)
    pictures.on_validation_start(SimpleNamespace(), Module())
    image = torch.full((3, 64, 64), 0.5)
    output = {
        "by_look": torch.tensor([[0.9, 0.1], [0.2, 0.8]]),
        "boxes": torch.tensor([[0.0, 0.0, 1.0, 1.0], [0.5, 0.5, 1.0, 1.0]]),
    }
    (drawn,) = pictures.columns({"image": image}, output)
    shown = (drawn.permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
    assert shown.shape[1] > 64  # the names stand beside it
    second = (shown[:64, :64] == COLOURS[1]).all(2)
    assert second.any()
    rows, columns = np.nonzero(second)
    assert rows.min() >= 32
    assert columns.min() >= 32
    panel = shown[:, 64:]
    assert all((panel == colour).all(2).any() for colour in COLOURS[:2])  # both raised a tag


def test_the_table_has_a_line_for_every_tag(tmp_path) -> None:
    module = Module()
    module.val_scores.update(torch.tensor([[2.0, -2.0], [1.0, -1.0]]), torch.tensor([[0.0, 1.0], [1.0, 1.0]]))
    table = TagTable(str(tmp_path / "tags.csv"))
    table.on_validation_epoch_end(SimpleNamespace(sanity_checking=True, is_global_zero=True), module)
    assert not (tmp_path / "tags.csv").exists()
    table.on_validation_epoch_end(SimpleNamespace(sanity_checking=False, is_global_zero=True), module)
    assert (tmp_path / "tags.csv").read_text().splitlines() == [
        "tag,pictures,prior,AP,precision,recall,F1",
        "sky,2,1.0000,1.0000,0.0000,0.0000,0.0000",
        "hair,1,0.5000,0.5000,0.5000,1.0000,0.6667",
    ]
