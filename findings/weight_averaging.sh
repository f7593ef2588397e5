#!/usr/bin/env bash
# Lightning's callbacks for averaged weights take as long for a small net as a good part of its training step.
#
# Versions: pytorch-lightning 2.6.6, torch 2.14.1; run in an environment with textrm[train], python first on the path.
# Expected: an update is one fused operation over all tensors, and the counts of BatchNorm are copied.
# Seen: WeightAveraging collects, moves and groups every tensor again at each update: 3.4 ms for 330 tensors, where the
#   operation itself takes 0.8 ms and a step of that net 24 ms. EMAWeightAveraging goes from one tensor to the next
#   (8.6 ms), has no warm-up, and rounds the averaged counts down, so that num_batches_tracked stays at 1.
# Exit status 1 where that has changed.
set -euo pipefail
cd "$(dirname "$0")/.."
PYTHONPATH=$PWD python - <<'PY'
import statistics
import sys
import time
from types import SimpleNamespace

import pytorch_lightning as pl
import torch
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from pytorch_lightning.callbacks import EMAWeightAveraging, WeightAveraging

from textrm.callbacks.averaging import ExponentialAveraging
from textrm.runs.config import CONFIG_FOLDER

torch.set_num_threads(1)
TINY = ["net=xception_fast", "net.encoder.width=0.125", "net.encoder.middle_blocks=2"]


@torch.no_grad()
def warming(average, current, updates):
    """The formula of textrm for the library."""
    if average[0].is_floating_point():
        kept = min(0.999, (1 + int(updates)) / (10 + int(updates)))
        torch._foreach_lerp_(average, current, 1 - kept)
    else:
        torch._foreach_copy_(average, current)


def update(averaging, module):
    """The median milliseconds of an update, and the averaged parameters and counts."""
    trainer = SimpleNamespace(global_step=0)
    averaging.setup(trainer, module, "fit")
    generator, found = torch.Generator().manual_seed(0), []
    for trainer.global_step in range(1, 61):
        for tensor in (*module.parameters(), *module.buffers()):
            if tensor.is_floating_point():
                tensor.data.copy_(torch.rand(tensor.shape, generator=generator))
            else:
                tensor.fill_(trainer.global_step)
        begun = time.process_time()
        averaging.on_train_batch_end(trainer, module, None, None, 0)
        found.append(1e3 * (time.process_time() - begun))
    return statistics.median(found), averaging._average_model.module.state_dict()


def step(net, side):
    """The median milliseconds of a step forward and back on two pictures."""
    optimizer, image, found = torch.optim.SGD(net.parameters(), 1e-4), torch.rand(2, 3, side, side), []
    for _ in range(5):
        begun = time.process_time()
        optimizer.zero_grad()
        net(image).mean().backward()
        optimizer.step()
        found.append(1e3 * (time.process_time() - begun))
    return statistics.median(found)


changed = False
for name, overrides, side in (("tiny", TINY, 64), ("released finder", ["net=coarse_to_fine"], 256)):
    with initialize_config_dir(str(CONFIG_FOLDER), version_base="1.3"):
        module = pl.LightningModule()
        module.net = instantiate(compose("train", overrides).net)
    whole = step(module.net, side)
    own, same, library = (
        update(averaging, module)
        for averaging in (ExponentialAveraging(0.999), WeightAveraging(multi_avg_fn=warming), EMAWeightAveraging())
    )
    counts = {int(value) for key, value in library[1].items() if key.endswith("num_batches_tracked")}
    equal = all(torch.equal(value, same[1][key]) for key, value in own[1].items())
    print(f"{name}: step {whole:.1f} ms, textrm {own[0]:.2f}, WeightAveraging {same[0]:.2f}, "
          f"EMAWeightAveraging {library[0]:.2f}; counts {counts}; averages of the first two equal: {equal}")
    changed |= same[0] < 2 * own[0] or counts != {1} or not equal
sys.exit(changed)
PY
