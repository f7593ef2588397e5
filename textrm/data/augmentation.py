"""albumentations, kept from the network, with every draw taken from the generator of the call."""

from __future__ import annotations

import os
import random

import numpy as np

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # importing it would ask the network for a newer version
import albumentations as A


def augment(transforms: A.Compose, rng: np.random.Generator, planes: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The planes after ``transforms``, all with the same draws; ``rng`` is drawn from once."""
    # One shared generator: seeding every operation alike, as set_random_seed does, would tie their draws together.
    seed = int(rng.integers(1 << 62))
    transforms.set_random_state(np.random.default_rng(seed), random.Random(seed))
    return transforms(**planes)
