"""Trains a verifier of words."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch
from rich.progress import track
from torch import Tensor, nn

from experiments.finding.augment import augmented
from experiments.finding.fit_features import fit_features, joined
from experiments.finding.proposals import Proposals
from textrm.nets.verification.efficientnet_lite import EfficientNetLite
from textrm.nets.verification.word_verifier import EitherVerifier, WordVerifier
from textrm.runs.config import fast_precision

BATCH = 128
RATE, DECAY = 0.002, 0.02
KNOWN = 0.3  # times RATE: of what starts with what ImageNet taught
ON_RATE = 0.0006  # of a verifier that goes on
WRONG, UNSURE = 2.5, (0.4, -1.5)  # times the weight of true words below and false words above these logits
SURE = 0.25  # a word of which less than that share is lettering is none, of which all but that is, is one
ALONE = 0.3  # weight of what views and features say each by themselves
TOGETHER = 0.8  # times the sum of the two
SMALLEST, LARGEST = 20, 4000  # pixels; words count by the fourth root of their size between these


def importance(proposals: Proposals, share: float, false: float) -> np.ndarray:
    """How much each word of a set counts: ``share`` in all, a false one ``false`` times as much as a true one."""
    sizes = np.clip(proposals.areas, SMALLEST, LARGEST) ** 0.25
    return share * sizes / max(sizes.sum(), 1) * np.where(proposals.share > 0.5, 1.0, false)


def fit(net: WordVerifier, sets: Sequence[Proposals], weights: np.ndarray, steps: int, seed: int = 0) -> WordVerifier:
    """A verifier after so many steps, under one learning rate that rises and falls (Smith & Topin 2018).

    What features say is fitted a second time by itself and added: the two err on other words.
    Words are drawn by the root of their weight, and what is left of it weighs their loss: rare ones are seen often
    enough, and common ones all.

    Args:
        net: what begins; it is changed.
        sets: words with truth.
        weights: how much each of them counts, all sets in one row.
        steps: batches of ``BATCH`` words.
        seed: of order and changes.
    """
    taught = [parameter for part in net.modules() if isinstance(part, EfficientNetLite)
              for parameter in part.parameters()]  # fmt: skip
    known = [parameter for parameter in taught if parameter.requires_grad]
    begun = set(map(id, taught))
    new = [parameter for parameter in net.parameters() if id(parameter) not in begun]
    groups = [{"params": new, "lr": RATE}, {"params": known, "lr": KNOWN * RATE}]
    features, truth = _learn(net.train(), groups, sets, weights, steps, seed)
    with torch.no_grad():
        standard = net.eval().standardize(features)
    members = fit_features(standard, truth, torch.from_numpy(weights / weights.mean()).float(), seed)
    return joined(net, members, TOGETHER)


def go_on(net: WordVerifier, sets: Sequence[Proposals], weights: np.ndarray, steps: int, share: float,
          seed: int = 0) -> WordVerifier:  # fmt: skip
    """A fitted verifier that learnt on, averaged with itself as it was, which keeps what it is not shown now.

    BatchNorm rests. What the verifier is wrong about now is drawn more often (``WRONG`` times as much weight).

    Args:
        net: the fitted verifier; it is not changed.
        sets: words with truth.
        weights: how much each of them counts, all sets in one row.
        steps: batches of ``BATCH`` words.
        share: of the new weights in the average (Wortsman et al. 2022).
        seed: of order and changes.
    """
    learnt = copy.deepcopy(net)
    logits, true = np.concatenate([scores(net, part) for part in sets]), np.concatenate([part.share for part in sets])
    wrong = np.where(true > 0.5, logits < UNSURE[0], logits > UNSURE[1])
    learnt.train()
    for part in learnt.modules():
        if isinstance(part, nn.modules.batchnorm._BatchNorm):
            part.eval()
    groups = [{"params": [parameter for parameter in learnt.parameters() if parameter.requires_grad], "lr": ON_RATE}]
    _learn(learnt, groups, sets, weights * np.where(wrong, WRONG, 1.0), steps, seed)
    mixed, begun = learnt.state_dict(), net.state_dict()
    for name, value in mixed.items():
        if value.is_floating_point():
            value.mul_(share).add_(begun[name], alpha=1 - share)
    learnt.load_state_dict(mixed)
    return learnt.eval()


def scores(net: WordVerifier | EitherVerifier, words: Proposals) -> np.ndarray:
    """The logit of each word."""
    said = [torch.zeros(0)]  # a set may hold no word
    with torch.inference_mode():
        for start in range(0, len(words.share), 256):
            part = slice(start, start + 256)
            views = torch.from_numpy(words.views[part]).float() / 255 - 0.5
            said.append(net(views, torch.from_numpy(words.features[part]).float()))
    return torch.cat(said).numpy()


def _learn(net: WordVerifier, groups: list[dict[str, Any]], sets: Sequence[Proposals], weights: np.ndarray, steps: int,
           seed: int) -> tuple[Tensor, Tensor]:  # fmt: skip
    """Train ``net`` in place; the features of all words and the share of each that is lettering."""
    torch.manual_seed(seed)
    features = torch.from_numpy(np.concatenate([part.features for part in sets]))
    net.to(memory_format=torch.channels_last)
    share = np.concatenate([part.share for part in sets])
    truth = torch.from_numpy(np.where(share < SURE, 0, np.where(share > 1 - SURE, 1, share))).float()
    chances = np.sqrt(weights / weights.sum())
    chances /= chances.sum()
    weighing = torch.from_numpy(weights / weights.sum() / chances).float()
    optimizer = torch.optim.AdamW(groups, weight_decay=DECAY)
    rates = [group["lr"] for group in groups]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rates, steps, pct_start=0.1)
    fast = fast_precision("cpu") == "bf16-mixed"
    for number, seen in track(_batches(sets, chances, steps, seed), "verifier", total=steps):
        with torch.autocast("cpu", torch.bfloat16, enabled=fast):
            by_views, by_features = (part.float() for part in net.parts(seen, features[number]))

        def loss(logits: Tensor, number: Tensor = number) -> Tensor:
            wrong = nn.functional.binary_cross_entropy_with_logits(logits, truth[number], reduction="none")
            return (wrong * weighing[number]).mean()

        optimizer.zero_grad()
        (loss(by_views + by_features) + ALONE * (loss(by_views) + loss(by_features))).backward()
        optimizer.step()
        schedule.step()
    return features, truth


def _batches(sets: Sequence[Proposals], chances: np.ndarray, steps: int,
             seed: int) -> Iterator[tuple[Tensor, Tensor]]:  # fmt: skip
    """Numbers of words and their views, changed; made while the last batch is used."""
    rng, generator = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    starts = np.cumsum([0, *(len(part.share) for part in sets)])
    bounds = np.cumsum(chances)

    def make() -> tuple[Tensor, Tensor]:
        numbers = np.minimum(np.searchsorted(bounds, rng.random(BATCH)), len(chances) - 1)
        places = np.searchsorted(starts, numbers, "right") - 1
        views = np.stack([sets[place].views[number - starts[place]]
                          for place, number in zip(places, numbers, strict=True)])  # fmt: skip
        return torch.from_numpy(numbers), augmented(torch.from_numpy(views), generator)

    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(make)
        for step in range(steps):
            batch = coming.result()
            if step + 1 < steps:
                coming = pool.submit(make)
            yield batch
