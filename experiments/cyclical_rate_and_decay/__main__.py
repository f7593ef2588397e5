"""Which schedule, and which weight decay goes with it? ``python -m experiments.cyclical_rate_and_decay``.

First a learning-rate range test (Smith 2017): the rate rises with every step, and the plot of the loss over the rate
shows where learning begins and where it ends. Then the sweep.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import matplotlib

from experiments.running import once, resuming
from experiments.studies import Study, command
from textrm.evaluate.scoring import Line, write_csv
from textrm.report.history import read_history
from textrm.runs.outcome import Outcome

START, FACTOR, STEPS = 1e-5, 1.08, 200  # the first rate, what each step multiplies it with, and how many they are
MOMENTUM = 0.9  # of the moving average of the loss


def range_test(study: Study) -> str:
    """Train with a rising rate, and plot the loss."""
    run = study.out.with_name(f"{study.out.name}-range_test")
    schedule = f"optimizer.lr={START} scheduler=range_test scheduler.gamma={FACTOR} ~scheduler.max_lr"
    steps = f"trainer.max_steps={STEPS} trainer.log_every_n_steps=1 test=false"
    command = f"textrm.train experiment=study optimizer=sgd {schedule} budget=two_cores {study.data} {steps} run={run}"
    once(command, run, f" {study.words}{resuming(run)}", allowed=(0, 1))
    outcome = Outcome.read(run)
    # Where the loss is no longer finite the test is over as well.
    if outcome is None or not (outcome.error or "the loss became").startswith("the loss became"):
        (run / "finished").unlink()
        sys.exit(1)
    study.report.mkdir(parents=True, exist_ok=True)
    losses = read_history(run)["train/loss"]
    smooth = averaged(list(losses.values()))
    lines: list[Line] = [
        {"step": int(step), "rate": START * FACTOR**step, "loss": loss, "average": average}
        for (step, loss), average in zip(losses.items(), smooth, strict=True)
    ]
    write_csv(study.report / "range_test.csv", lines)
    plot(lines, study.report / "range_test.png")
    return ""


def averaged(values: Sequence[float]) -> list[float]:
    """The moving average at each value; the first ones do not lean towards zero."""
    found: list[float] = []
    average = 0.0
    for number, value in enumerate(values, 1):
        average = MOMENTUM * average + (1 - MOMENTUM) * value
        found.append(average / (1 - MOMENTUM**number))
    return found


def plot(lines: Sequence[Line], picture: Path) -> None:
    """The loss of every step and its moving average over the rate."""
    matplotlib.use("Agg")
    from matplotlib import pyplot  # here, because the backend is chosen first

    rates, losses, smooth = ([float(line[key]) for line in lines] for key in ("rate", "loss", "average"))
    figure, axes = pyplot.subplots(figsize=(7, 3.8), layout="constrained")
    axes.scatter(rates, losses, s=8, color="#9aa5b1", label="each step")
    axes.plot(rates, smooth, color="#0b69a3", linewidth=2, label="moving average")
    axes.set(xscale="log", yscale="log", xlabel="learning rate", ylabel="loss", title="Learning-rate range test, SGD")
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.savefig(picture, dpi=120)
    pyplot.close(figure)


main = command(Path(__file__).parent, before=range_test)

if __name__ == "__main__":
    main()
