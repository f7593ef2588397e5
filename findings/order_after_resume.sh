#!/usr/bin/env bash
# torchdata's loader goes on exactly after a resume, but with a generator and no workers the next epoch is another one.
#
# Versions: torchdata 0.11.0, torch 2.14.1.
# Expected: StatefulDataLoader(shuffle=True, generator=g): its state, taken in the middle of an epoch and loaded into a new
#   loader, gives the rest of that epoch and then the same next epoch as without the break, whatever the workers.
# Seen: the rest is the same. The next epoch is the same with two workers, and another one without workers; given as
#   sampler=RandomSampler(data, generator=g) it is the same in both. Without workers the loader draws a seed from the
#   generator after an epoch's order; on resuming the order is drawn once more from the saved state, and no seed after it.
# Exit status 1 where that has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check torch==2.14.1 torchdata==0.11.0 \
  numpy==2.4.6
cd "$work"
cat > order.py <<'PYTHON'
import sys

import torch
from torch.utils.data import RandomSampler
from torchdata.stateful_dataloader import StatefulDataLoader

DATA = range(12)


def loader(explicit, workers):
    generator = torch.Generator().manual_seed(5)
    how = {"sampler": RandomSampler(DATA, generator=generator)} if explicit else {"shuffle": True, "generator": generator}
    return StatefulDataLoader(DATA, batch_size=2, num_workers=workers, **how)


def epoch(batches):
    return [value for batch in batches for value in batch.tolist()]


if __name__ == "__main__":
    seen = {}
    for explicit in (False, True):
        for workers in (0, 2):
            unbroken = loader(explicit, workers)
            begun = iter(unbroken)
            for _ in range(3):
                next(begun)
            state = unbroken.state_dict()
            expected = epoch(begun), epoch(unbroken)
            again = loader(explicit, workers)
            again.load_state_dict(state)
            found = epoch(again), epoch(again)
            seen["sampler" if explicit else "shuffle", workers] = [one == other for one, other in zip(found, expected)]
    print("(how, workers): [same rest, same next epoch]", seen)
    sys.exit(list(seen.values()) != [[True, False], [True, True], [True, True], [True, True]])
PYTHON
"$work/venv/bin/python" -W ignore order.py
