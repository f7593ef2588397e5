"""The whole path in five minutes: ``python -m experiments.demo``, or ``make demo``, which does the set-up as well.

Draws pages, trains a small segmenter for two minutes, exports it, cleans the drawn pages with the released weights and
lays before, mask and after side by side. Everything lands in ``demo/``; every command is shown as it is run.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from textrm.evaluate.sheet import Strip, write_sheet
from textrm.pictures.plain import read_srgb

DEMO = Path("demo")
MINUTES = 2
COMMANDS = (
    f"textrm.synth out={DEMO}/pages n=6 size=[704,512] seed=21 sheet=false",
    f"textrm.train experiment=seg_xception net=xception_fast run={DEMO}/run trainer.max_time=00:00:0{MINUTES}:00 "
    "data.crop=192 data.samples_per_epoch=160 data.val.length=8 optimizer=adamw scheduler=none test=false",
    f"textrm.export run={DEMO}/run out={DEMO}/trained.onnx checkpoint=last",
    f"textrm.infer {DEMO}/pages/image -o {DEMO}/clean --mask --overlay --json --sheet --overwrite",
)


def main() -> None:
    """Run the commands one after another; stops with the exit status of the first that fails."""
    shutil.rmtree(DEMO / "run", ignore_errors=True)  # of an earlier demo: a run folder takes one run
    for command in COMMANDS:
        print(f"\n$ python -m {command}", flush=True)
        status = subprocess.run([sys.executable, "-m", *shlex.split(command)], check=False).returncode
        if status:
            sys.exit(status)
    sheet = DEMO / "before_mask_after.png"
    write_sheet(sheet, strips(DEMO / "pages" / "image", DEMO / "clean"))
    print(f"\nbefore, mask and after: {sheet.resolve()}; with the doubtful words that stayed: {DEMO}/clean/sheet.html")
    print(
        f"the segmenter of these {MINUTES} minutes: {DEMO}/trained.onnx; the pages were cleaned with the released one"
    )


def strips(before: Path, clean: Path) -> list[Strip]:
    """Page, mask and cleaned page of every page in ``before``."""
    found = []
    for page in sorted(before.glob("*.png")):
        panels = [read_srgb(page), read_srgb(clean / f"{page.stem}.mask.png"), read_srgb(clean / page.name)]
        found.append(Strip(page.stem, (panels[0], panels[1], panels[2])))
    return found


if __name__ == "__main__":
    main()
