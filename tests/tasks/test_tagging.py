"""Tagging trains, resumes and refuses what does not fit."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import torch
from hydra.utils import instantiate
from task_contract import check_resuming, check_run, small, state
from torchmetrics.functional.classification import multilabel_average_precision, multilabel_f1_score

from textrm.errors import UserError
from textrm.metrics.tagging import BINS, SPAN, TagCounts
from textrm.runs.config import explain
from textrm.tasks.tag_scores import TagScores
from textrm.train import train

PLAIN = ("experiment=pretrain_mobilenet", "data=tagged", "net.encoder.width=0.25", "net.channels=16")
ATTENTION = ("experiment=tag_attention", "data=tagged", "net.encoder.width=0.25", "net.channels=16", "net.hidden=16")
FIGURES = {f"val/{name}" for name in ("mAP", "mAP_micro", "prior", "CP", "CR", "CF1", "OP", "OR", "OF1", "loss")}
TERMS = {f"{stage}/loss_{name}" for stage in ("train", "val") for name in ("tags", "anchor", "scale", "boundary")}


@pytest.mark.slow
@pytest.mark.parametrize("overrides", [PLAIN, ATTENTION], ids=["multilabel", "attention"])
def test_a_resumed_run_ends_where_an_unbroken_one_ends(overrides, drawn: Path, tmp_path: Path) -> None:
    check_resuming(drawn, tmp_path, *overrides)


@pytest.mark.slow
def test_a_run_of_attention_has_its_curves_and_its_table(drawn: Path, tmp_path: Path) -> None:
    check_run(drawn, tmp_path, FIGURES | TERMS | {"train/loss"}, *ATTENTION)
    labels = drawn.with_name("labels.txt").read_text().split()
    lines = list(csv.DictReader((tmp_path / "tags.csv").open()))
    assert sorted(line["tag"] for line in lines) == labels
    present = [float(line["AP"]) for line in lines if line["AP"] != "nan"]
    assert present == sorted(present, reverse=True)


def test_the_shares_of_tags_become_the_prior_and_the_weights(drawn: Path, tmp_path: Path) -> None:
    config = small(drawn, tmp_path, *PLAIN, "loss.balance=1")
    task, data = instantiate(config.task), instantiate(config.data)
    task.prepare(data)
    counts, pictures = data.tag_counts()
    share = torch.tensor([counts[label] / pictures for label in task.net.labels])
    torch.testing.assert_close(task.net.classifier.bias.sigmoid(), share.clamp(0.001, 0.999))
    some = (share > 0.01) & (share < 1)
    assert some.any()
    torch.testing.assert_close(task.loss.positive_weights[some], (1 - share[some]) / share[some])


def test_data_without_the_labels_is_refused(drawn: Path, tmp_path: Path) -> None:
    other = tmp_path / "labels.txt"
    other.write_text("1girl\nsolo\n")
    config = small(drawn, tmp_path, *PLAIN, f"data.labels=${{labels:{other}}}")
    with pytest.raises(
        UserError, match=r"no training picture has any of the 2 labels \(1girl solo …\); its tags are: "
    ):
        train(config, tmp_path / "run")


@pytest.mark.slow
def test_a_checkpoint_of_other_labels_is_refused_and_names_both(drawn: Path, tmp_path: Path) -> None:
    first = tmp_path / "first"
    train(small(drawn, first, *PLAIN, "trainer.max_epochs=1"), first)
    labels = drawn.with_name("labels.txt").read_text().split()
    other = tmp_path / "labels.txt"
    other.write_text("\n".join(["1girl", *labels[1:]]) + "\n")  # as many, so that no shape would tell
    config = small(drawn, tmp_path / "second", *PLAIN, f"data.labels=${{labels:{other}}}",
                   f"weights={first / 'checkpoints' / 'last.ckpt'}")  # fmt: skip
    count = len(labels)
    with pytest.raises(UserError, match=rf"{count} labels \({labels[0]}\), the net has {count} labels \(1girl\)"):
        train(config, tmp_path / "second")


@pytest.mark.slow
@pytest.mark.parametrize("overrides", [PLAIN, ATTENTION], ids=["multilabel", "attention"])
def test_a_segmenter_takes_the_encoder_over_and_lets_it_rest(overrides, drawn: Path, tmp_path: Path) -> None:
    tagger, segmenter = tmp_path / "tagger", tmp_path / "segmenter"
    train(small(drawn, tagger, *overrides, "trainer.max_epochs=1"), tagger)
    train(small(drawn, segmenter, "experiment=seg_mobilenet", "net.encoder.width=0.25", "trainer.max_epochs=1",
                f"net.encoder.weights={tagger}", "callbacks.freezing.epochs=1", "trainer.limit_val_batches=0",
                "callbacks.averaging=null", "callbacks.early_stopping=null"), segmenter)  # fmt: skip
    learnt = torch.load(tagger / "checkpoints" / "best.ckpt", weights_only=True)["state_dict"]
    found = state(segmenter)
    encoder = [name for name in found if name.startswith("net.encoder.")]
    assert len(encoder) > 200
    assert all(torch.equal(found[name], learnt[name]) for name in encoder)


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ((*PLAIN, "loss=focal"), "FocalLoss is no loss of tags: give loss=tag_bce"),
        ((*PLAIN, "task=attention_tagging"), "MultilabelTagger does not look around"),
        (("experiment=seg_mobilenet", "net.encoder.width=0.25", "task=multilabel", "loss=tag_bce"), "is no tagger"),
    ],
)
def test_groups_that_do_not_belong_together_are_refused(overrides, said, drawn: Path, tmp_path: Path) -> None:
    with pytest.raises(Exception, match=said) as caught:
        train(small(drawn, tmp_path, *overrides), tmp_path)
    assert said in explain(caught.value)


def grid_logits(*shape: int) -> torch.Tensor:
    """Logits in the middle of bins, so that no figure is rounded."""
    generator = torch.Generator().manual_seed(0)
    return (torch.randint(-40, 40, shape, generator=generator) + 0.5) * (2 * SPAN / BINS)


def test_the_figures_are_those_of_torchmetrics() -> None:
    logits = grid_logits(200, 7)
    tags = (torch.rand(200, 7, generator=torch.Generator().manual_seed(1)) < logits.sigmoid() * 0.5).float()
    tags[:, 6] = 0  # a tag that no picture has is left out
    scores = TagScores(7)
    for part in range(0, 200, 50):
        scores.update(logits[part : part + 50], tags[part : part + 50])
    scores.update(logits[:5] + 9, torch.full((5, 7), float("nan")))  # nothing is known of these
    found = scores.compute()
    prob, truth = logits[:, :6].sigmoid(), tags[:, :6].int()
    for name, average in (("mAP", "macro"), ("mAP_micro", "micro")):
        expected = multilabel_average_precision(prob, truth, 6, average=average)
        assert found[name] == pytest.approx(expected.item(), abs=1e-6), name
    assert found["OF1"] == pytest.approx(multilabel_f1_score(prob, truth, 6, average="micro").item(), abs=1e-6)
    predicted = prob > 0.5
    precision = (predicted & (truth > 0)).sum(0) / predicted.sum(0)
    recall = (predicted & (truth > 0)).sum(0) / truth.sum(0)
    assert found["CP"] == pytest.approx(precision.mean().item(), abs=1e-6)
    assert found["CR"] == pytest.approx(recall.mean().item(), abs=1e-6)
    assert found["CF1"] == pytest.approx(2 * found["CP"] * found["CR"] / (found["CP"] + found["CR"]))
    assert found["prior"] == pytest.approx(tags[:, :6].mean().item())


def test_training_and_evaluation_count_alike() -> None:
    logits, tags = grid_logits(40, 5), torch.rand(40, 5, generator=torch.Generator().manual_seed(2)) < 0.3
    scores, counts = TagScores(5), TagCounts(5)
    scores.update(logits, tags.float())
    for prob, truth in zip(logits.sigmoid().numpy(), tags.numpy(), strict=True):
        counts.add(prob, truth)
    assert (scores.present.numpy() == counts.present).all()
    assert (scores.absent.numpy() == counts.absent).all()


def test_the_memory_of_the_metrics_does_not_grow_with_the_data() -> None:
    scores = TagScores(500)
    for _ in range(3):
        scores.update(torch.zeros(16, 500), torch.ones(16, 500))
        held = sum(value.numel() * value.element_size() for value in (scores.present, scores.absent))
        assert held == 500 * 512 * 2 * 8  # 4 MB
    assert set(scores._defaults) == {"present", "absent"}  # no state but these


def test_a_threshold_lies_between_bins() -> None:
    logits = torch.tensor([[-1.0 - 1 / 32, -1.0 + 1 / 32]])
    scores = TagScores(2, threshold=torch.tensor(-1.0).sigmoid().item())
    scores.update(logits, torch.ones(1, 2))
    assert scores.compute()["OR"] == 0.5
