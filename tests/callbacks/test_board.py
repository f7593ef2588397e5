"""What TensorBoard shows of a run that was killed and given again: each step once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from forked_ranks import forking
from task_contract import small_segmentation as small
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from textrm.train import train

# The checkpoint to go on from is one of mid-epoch.
WITHIN = ["callbacks.last.every_n_train_steps=2", "callbacks.last.save_on_train_epoch_end=null"]


def trained(drawn: Path, run: Path, *overrides: str) -> None:
    train(small(drawn, run, "trainer.max_epochs=3", *overrides), run)


@pytest.mark.slow
@pytest.mark.parametrize(("step", "given", "again"), [  # three steps are an epoch
    (5, [], ["ckpt_path=last"]), (2, [], []), (5, WITHIN, ["ckpt_path=last", *WITHIN]),
])  # fmt: skip
def test_each_step_stands_once(drawn: Path, tmp_path: Path, step: int, given: list[str], again: list[str]) -> None:
    kill = f"+callbacks.ending={{_target_: ending.Ending, how: killed, rank: 0, step: {step}}}"
    process = forking().Process(target=trained, args=(drawn, tmp_path, kill, *given))
    process.start()
    process.join()
    assert process.exitcode == -9
    lost = EventAccumulator(str(tmp_path)).Reload()
    assert [event.step for event in lost.Scalars("train/loss")] == list(range(step))
    ended = int(time.time())
    while int(time.time()) == ended:  # files of one second are not read in the order in which they were written
        time.sleep(0.05)
    trained(drawn, tmp_path, *again)
    events = EventAccumulator(str(tmp_path)).Reload()
    tags = set(events.Tags()["scalars"]) - {"epoch"}  # which Lightning logs beside all others
    steps = {tag: [event.step for event in events.Scalars(tag)] for tag in tags}
    assert steps["train/loss"] == steps["learning_rate"] == list(range(9))
    assert steps["val/AP"] == [2, 5, 8]
    assert all(found == sorted(set(found)) for found in steps.values())
    assert [picture.step for picture in events.Images("val_pictures/0")] == [2, 5, 8]
    assert [curve.step for curve in events.Tensors("val/PR")] == [2, 5, 8]
    assert events.Tensors("custom_scalars__config__")  # which is written first, at step 0
