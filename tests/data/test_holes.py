"""Holes cover what they should, lie where they should, and keep the truth."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
import torch

from textrm.data.datamodule import Mixture
from textrm.data.holes import HoledDataset, LetteringHoles, MixedHoles, RandomHoles, draw_hole, mistaken
from textrm.data.sampling import Draw
from textrm.errors import UserError


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def item(clean: bool = True, size: int = 64) -> dict[str, Any]:
    mask = torch.zeros(1, size, size)
    mask[:, 20:24, 8:20] = 1
    picture = torch.rand(3, size, size, generator=torch.Generator().manual_seed(0))
    ignore = torch.zeros(1, size, size, dtype=torch.bool)
    ignore[:, :5] = True
    return {"id": "a", "image": picture * (1 - mask), "clean": picture, "mask": mask, "ignore": ignore,
            "has_clean": torch.tensor(clean)}  # fmt: skip


@pytest.mark.parametrize("low", [0.0, 0.1, 0.3, 0.5])
@pytest.mark.parametrize("size", [(8, 8), (64, 48), (200, 300)])
def test_coverage_lies_in_its_bin(low: float, size: tuple[int, int]) -> None:
    for seed in range(10):
        hole = draw_hole(rng(seed), size, low, low + 0.1)
        assert set(np.unique(hole)) <= {0, 1}
        assert low < hole.mean() <= low + 0.1 or hole.sum() == 1
    assert not np.array_equal(draw_hole(rng(0), size, low, low + 0.1), draw_hole(rng(1), size, low, low + 0.1))


def test_all_bins_come() -> None:
    found = [float(RandomHoles()(item(), rng(seed))["mask"].mean()) for seed in range(120)]
    assert np.histogram(found, np.linspace(0, 0.6, 7))[0].min() >= 4
    assert max(found) <= 0.6


def test_random_holes_show_the_clean_picture() -> None:
    made = RandomHoles((0.1, 0.2))(item(), rng())
    assert torch.equal(made["image"], item()["clean"])
    assert torch.equal(made["clean"], item()["clean"])
    assert torch.equal(made["ignore"], item()["ignore"])


def test_lettering_in_place_is_covered_and_its_picture_kept() -> None:
    for seed in range(5):
        made = LetteringHoles(moved=0.0)(item(), rng(seed))
        assert (made["mask"] >= item()["mask"]).all()
        assert made["mask"].sum() > item()["mask"].sum()
        assert torch.equal(made["image"], item()["image"])


@pytest.mark.parametrize(("margin", "reach"), [(0.0, 1), (160.0, 20)])
def test_the_margin_is_relative_to_the_size(margin: float, reach: int) -> None:
    """10 px at 512 px are 1.25 px at 64; at least one pixel is added."""
    widths = [int(LetteringHoles(margin, 0.0)(item(), rng(seed))["mask"][0, 22].sum()) for seed in range(40)]
    assert max(widths) <= 12 + 2 * reach
    assert max(widths) >= 12 + 2 * max(1, reach - 8)
    assert min(widths) >= 14


def test_moved_lettering_lies_elsewhere_on_the_clean_picture() -> None:
    positions = set()
    for seed in range(20):
        made = LetteringHoles(0.0, moved=1.0)(item(), rng(seed))
        assert torch.equal(made["image"], item()["clean"])
        assert 12 * 4 < made["mask"].sum() <= 14 * 7 + 6
        positions.add(tuple(made["mask"][0].nonzero()[0].tolist()))
    assert len(positions) > 15


def test_copies_add_holes() -> None:
    sizes = [float(LetteringHoles(0.0, 0.0, copies)(item(), rng(3))["mask"].sum()) for copies in (1, 8)]
    assert sizes[1] > 1.5 * sizes[0]


def strokes(size: int = 512) -> np.ndarray:
    lettering = np.zeros((size, size), np.uint8)
    for top in range(20, size - 20, 40):
        for left in range(20, size - 20, 40):
            lettering[top : top + 24, left : left + 24] = 1
    return lettering


def test_a_finders_mistakes_leave_out_strokes_and_parts_and_shift_the_rest() -> None:
    lettering = strokes()
    shares, cut, shifts = [], 0, set()
    for seed in range(20):
        found = mistaken(lettering, rng(seed))
        assert set(np.unique(found)) == {0, 1}
        grown = np.pad(lettering, 3)
        assert not (found > np.max([grown[y : y + 512, x : x + 512] for y in range(7) for x in range(7)], 0)).any()
        shares.append(found.sum() / lettering.sum())
        areas = cv2.connectedComponentsWithStats(found)[2][1:, cv2.CC_STAT_AREA]
        cut += int((areas < 24 * 24).any())
        shifts.add((np.flatnonzero(found.any(1))[0] % 40, np.flatnonzero(found.any(0))[0] % 40))
    assert min(shares) > 0.4
    assert max(shares) < 1
    assert np.mean(shares) < 0.85
    assert cut > 10
    assert len(shifts) > 8


def test_mistakes_are_made_in_place_alone_and_leave_remains_in_the_picture() -> None:
    lettering = torch.from_numpy(strokes())[None].float()
    whole = item(size=512) | {"mask": lettering, "image": torch.zeros(3, 512, 512), "clean": torch.ones(3, 512, 512)}
    left = [float((lettering * (1 - LetteringHoles(2.0, 0.0, mistakes=0.5)(whole, rng(seed))["mask"])).mean())
            for seed in range(20)]  # fmt: skip
    assert 4 < sum(share > 0 for share in left) < 16
    for seed in range(5):
        plain, wrong = (LetteringHoles(2.0, 1.0, mistakes=share)(whole, rng(seed))["mask"] for share in (0.0, 1.0))
        assert torch.equal(plain, wrong)


def test_all_that_was_found_is_never_lost() -> None:
    one = np.zeros((40, 40), np.uint8)
    one[3, 3] = 1
    assert all(mistaken(one, rng(seed)).sum() == 1 for seed in range(30))


def test_a_picture_without_lettering_gets_some_hole() -> None:
    empty = item() | {"mask": torch.zeros(1, 64, 64)}
    assert 0 < LetteringHoles()(empty, rng())["mask"].mean() <= 0.1


@pytest.mark.parametrize("holes", [RandomHoles(), LetteringHoles()])
def test_without_a_clean_picture_nothing_is_true(holes: Any) -> None:
    assert holes(item(clean=False), rng())["ignore"].all()


def test_both_in_their_shares() -> None:
    mixed = MixedHoles(LetteringHoles(0.0, 0.0), RandomHoles((0.5, 0.6)), 0.25)
    large = [bool(mixed(item(), rng(seed))["mask"].mean() > 0.5) for seed in range(200)]
    assert 0.65 < np.mean(large) < 0.85


def test_a_set_in_order_keeps_its_holes() -> None:
    data = HoledDataset([item(), item()], RandomHoles())
    assert len(data) == 2
    assert torch.equal(data[0]["mask"], data[0]["mask"])
    assert not torch.equal(data[0]["mask"], data[1]["mask"])


def test_training_draws_a_new_hole_every_time() -> None:
    class Source:
        def __len__(self) -> int:
            return 1

        def item(self, index: int, draw: int | None = None) -> dict[str, Any]:
            return item()

    mixture = Mixture([Source()], RandomHoles(), seed=5)
    first, second = (mixture[Draw(0, 0, draw)]["mask"] for draw in (0, 1))
    assert not torch.equal(first, second)
    assert torch.equal(first, mixture[Draw(0, 0, 0)]["mask"])


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: RandomHoles((0.2, 0.1)), r"^bins=\[0\.2, 0\.1\]|^bins=\(0\.2"),
        (lambda: RandomHoles((0.1,)), "rising shares"),
        (lambda: RandomHoles((0.5, 1.5)), "rising shares"),
        (lambda: LetteringHoles(margin=-1), r"^margin=-1"),
        (lambda: LetteringHoles(moved=2), r"^moved=2"),
        (lambda: LetteringHoles(mistakes=-0.5), r"^mistakes=-0\.5"),
        (lambda: LetteringHoles(copies=0), r"^copies=0"),
        (lambda: MixedHoles(RandomHoles(), RandomHoles(), -0.1), r"^share=-0\.1"),
    ],
)
def test_impossible_values(make: Any, said: str) -> None:
    with pytest.raises(UserError, match=said):
        make()
