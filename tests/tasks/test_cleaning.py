"""The cleaning task: curves, pictures, resuming, scores, and what stops it."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest
import torch
from task_contract import check_refused, check_resuming, check_run, small
from torch import Tensor

from textrm.errors import UserError
from textrm.losses.cleaning import CleaningLoss
from textrm.metrics import picture_scores
from textrm.nets.cleaning.cleaner import Cleaner
from textrm.tasks.cleaning import CleaningTask
from textrm.tasks.cleaning_scores import FIGURES, CleaningScores
from textrm.train import train

NET = ("experiment=clean_unet", "data=cleaned", "net.unet.width=0.25", "loss.perceptual=0")
CASCADE = ("experiment=clean_unet", "data=cleaned", "net=clean_cascade", "net.find.width=0.25", "net.paint.width=0.25",
           "loss.perceptual=0")  # fmt: skip
TERMS = {f"train/{name}" for name in ("loss", "l1", "near", "ssim", "edge", "blend", "implied")}
SHOWN = {f"val/{name}" for name in ("loss", *FIGURES)}


class Brighter(Cleaner):
    """Adds one learnt number to every pixel."""

    stride = 8

    def __init__(self, value: float = 0.1) -> None:
        super().__init__()
        self.value = torch.nn.Parameter(torch.tensor(value))

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        assert image.shape[-2] % 8 == image.shape[-1] % 8 == 0
        return image + self.value, torch.full_like(image[:, :1], 0.5)


def task(value: float = 0.1) -> CleaningTask:
    return CleaningTask(Brighter(value), CleaningLoss(), partial(torch.optim.SGD, lr=0.1))


def batch(height: int = 16, width: int = 16) -> dict:
    clean = torch.full((2, 3, height, width), 0.25)
    mask = torch.zeros(2, 1, height, width)
    mask[:, :, 4:8, 4:8] = 1
    return {"image": torch.where(mask > 0, 0.75, clean), "clean": clean, "mask": mask, "ignore": mask > 2,
            "has_mask": torch.tensor([True, True]), "id": ["p0", "p1"]}  # fmt: skip


@pytest.mark.slow
def test_curves_of_every_term(drawn: Path, tmp_path: Path) -> None:
    check_run(drawn, tmp_path, TERMS | SHOWN | {"train/perceptual"}, *NET[:-1])


@pytest.mark.slow
@pytest.mark.parametrize(
    "overrides", [NET, (*NET, "net.output=direct"), CASCADE], ids=["residual", "direct", "cascade"]
)
def test_resumed_run_equals_unbroken_run(overrides: tuple[str, ...], drawn: Path, tmp_path: Path) -> None:
    check_resuming(drawn, tmp_path, *overrides)


@pytest.mark.slow
def test_tensorboard_shows_five_pictures_side_by_side(drawn: Path, tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    train(small(drawn, tmp_path, *NET, "trainer.max_epochs=1"), tmp_path)
    events = EventAccumulator(str(tmp_path)).Reload()
    picture = events.Images("val_pictures/0")[0]
    assert (picture.width, picture.height) == (5 * 128, 128)
    assert set(events.Tags()["scalars"]) >= TERMS


def test_pictures_of_any_size_are_cleaned_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    made = task()
    monkeypatch.setattr(made, "log", lambda *arguments, **options: None)
    found = made.count("val", made.val_scores, batch(13, 21))
    assert found["clean"].shape == (2, 3, 13, 21)
    assert found["blend"].shape == (2, 1, 13, 21)
    torch.testing.assert_close(found["clean"], batch(13, 21)["image"] + 0.1)


def test_scores_are_those_of_evaluation_averaged_over_pictures() -> None:
    generator = torch.Generator().manual_seed(0)
    levels = torch.randint(0, 256, (3, 2, 3, 60, 70), generator=generator)
    mask = torch.zeros(2, 1, 60, 70)
    mask[0, :, 5:12, 8:30] = 1  # the second picture has no lettering: no share of it is left
    ignore = torch.zeros(2, 1, 60, 70, dtype=torch.bool)
    ignore[0, :, 10:20] = True
    scores = CleaningScores()
    scores.update(*(picture / 255 for picture in levels), mask, ignore, torch.tensor([True, True]))
    expected = [
        picture_scores(*(levels[i, k].permute(1, 2, 0).byte().numpy() for i in range(3)), mask[k, 0].byte().numpy(),
                       ignore[k, 0].byte().numpy())
        for k in range(2)
    ]  # fmt: skip
    found = scores.compute()
    assert found["psnr"] == pytest.approx((expected[0]["psnr"] + expected[1]["psnr"]) / 2)
    assert found["left"] == pytest.approx(expected[0]["left"])
    assert found["change"] == pytest.approx((expected[0]["change"] + expected[1]["change"]) / 2)


def test_of_pictures_whose_lettering_is_unknown_psnr_alone_is_scored() -> None:
    made = batch()
    scores = CleaningScores()
    empty = torch.zeros_like(made["mask"])
    scores.update(made["clean"], made["image"], made["clean"], empty, made["ignore"], torch.tensor([False, False]))
    assert scores.compute() == {"psnr": 60.0}


@pytest.mark.slow
def test_rows_without_a_mask_are_trained_on(drawn: Path, tmp_path: Path) -> None:
    bare = drawn.with_name("unmasked.csv")
    bare.write_text(re.sub(r",mask/[^,]+,", ",,", drawn.read_text()))
    run = tmp_path / "run"
    train(small(bare, run, *NET, "trainer.max_epochs=1"), run)
    header, *lines = (run / "metrics.csv").read_text().splitlines()
    column = header.split(",").index("train/l1")
    assert any(float(line.split(",")[column] or 0) > 0.001 for line in lines)


def test_what_cannot_be_trained_is_said_beforehand(drawn: Path, tmp_path: Path) -> None:
    check_refused(drawn, tmp_path, NET, [
        (["data.manifest=BARE"], "has a clean picture"),
        (["data.clean=false"], r"^data\.clean=false: .* give true"),
        (["data.crop=48"], r"data\.crop=48: expected a multiple of 32"),
        (["+holes@data.holes=random"], r"^data\.holes=RandomHoles: they are for inpainting"),
    ])  # fmt: skip


def test_non_finite_loss_names_the_pictures() -> None:
    with pytest.raises(UserError, match=r"nan at step 0 on the pictures p0, p1"):
        task(float("nan")).training_step(batch(), 0)
