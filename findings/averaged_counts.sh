#!/usr/bin/env bash
# Lightning's EMAWeightAveraging never counts beyond the first batch of a BatchNorm.
#
# Versions: pytorch-lightning 2.6.6, torch 2.14.1.
# Expected: after 50 steps the averaged model's num_batches_tracked is about what the trained model's is, 50, so that a
#   BatchNorm with momentum=None, which divides by it, goes on from the averaged weights as it would have from the others.
# Seen: it is 1. It averages the buffers with the weights (use_buffers is True unless said otherwise); the count is an
#   integer, and what the average adds to it in one step is less than one and is rounded away.
# Exit status 1 where that has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check torch==2.14.1 pytorch-lightning==2.6.6 \
  numpy==2.4.6
cd "$work"
"$work/venv/bin/python" -W ignore - <<'PYTHON'
import logging
import sys

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import EMAWeightAveraging

logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)


class Module(pl.LightningModule):
    def __init__(self):
        super().__init__()
        self.net = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.BatchNorm1d(4), torch.nn.Linear(4, 1))

    def training_step(self, batch, index):
        return self.net(batch[0]).square().mean()

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), 0.01)


class Counts(pl.Callback):
    def on_train_end(self, trainer, module):
        averaged = next(c for c in trainer.callbacks if isinstance(c, EMAWeightAveraging))._average_model
        self.seen = (int(module.net[1].num_batches_tracked), int(averaged.module.net[1].num_batches_tracked))


torch.manual_seed(0)
data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.randn(200, 4)), batch_size=4)
counts = Counts()
trainer = pl.Trainer(max_epochs=1, accelerator="cpu", logger=False, enable_checkpointing=False,
                     enable_progress_bar=False, enable_model_summary=False,
                     callbacks=[counts, EMAWeightAveraging(decay=0.99)])
trainer.fit(Module(), data)
print("num_batches_tracked: trained %d, averaged %d" % counts.seen)
sys.exit(counts.seen != (50, 1))
PYTHON
