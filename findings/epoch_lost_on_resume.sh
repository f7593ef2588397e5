#!/usr/bin/env bash
# Lightning goes on from a checkpoint of an epoch's last step with torchdata's loader, and leaves out the next epoch.
#
# Versions: pytorch-lightning 2.6.6, torchdata 0.11.0, torch 2.14.1.
# Expected: ModelCheckpoint(every_n_train_steps=8) with epochs of 8 batches; a training of 3 epochs that goes on from step 8
#   trains epochs 1 and 2, of 8 batches each. It does so with a plain DataLoader, and with torchdata's StatefulDataLoader
#   from checkpoints that are written at the end of an epoch.
# Seen: with the StatefulDataLoader epoch 1 has no batches, and a training that goes on from step 16 ends at once; with
#   limit_train_batches=5 and a checkpoint of step 5, epoch 1 has what epoch 0 left: 3 batches. No word is said. The state
#   is taken before the loader has noticed that it is at its end.
# Exit status 1 where that has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check torch==2.14.1 pytorch-lightning==2.6.6 \
  torchdata==0.11.0 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" -W ignore - <<'PYTHON'
import collections
import logging
import sys

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import ModelCheckpoint
from torch.utils.data import DataLoader
from torchdata.stateful_dataloader import StatefulDataLoader

logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)


class Module(pl.LightningModule):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))
        self.batches = collections.Counter()

    def training_step(self, batch, index):
        self.batches[self.current_epoch] += 1
        return (self.weight * batch.float().mean()).sum()

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), 1.0)


def batches_by_epoch(loader, checkpoint=None, limit=None, **when):
    module = Module()
    saving = ModelCheckpoint(dirpath="checkpoints", filename="{step}", save_top_k=-1, enable_version_counter=False, **when)
    trainer = pl.Trainer(max_epochs=3, limit_train_batches=limit, accelerator="cpu", logger=False, callbacks=[saving],
                         enable_progress_bar=False, enable_model_summary=False)
    trainer.fit(module, loader(range(24), batch_size=3), ckpt_path=checkpoint and f"checkpoints/step={checkpoint}.ckpt")
    return dict(module.batches)


seen = []
for loader, step, limit, when in (
    (DataLoader, 8, None, {"every_n_train_steps": 8}),
    (StatefulDataLoader, 8, None, {"every_n_epochs": 1, "save_on_train_epoch_end": True}),
    (StatefulDataLoader, 8, None, {"every_n_train_steps": 8}),
    (StatefulDataLoader, 16, None, {"every_n_train_steps": 8}),
    (StatefulDataLoader, 5, 5, {"every_n_train_steps": 5}),
):
    batches_by_epoch(loader, limit=limit, **when)
    seen.append(batches_by_epoch(loader, step, limit, **when))
    print(loader.__name__, f"from step {step}", when, "limit", limit, "-> batches by epoch:", seen[-1])
sys.exit(seen != [{1: 8, 2: 8}, {1: 8, 2: 8}, {2: 8}, {}, {1: 3, 2: 5}])
PYTHON
