"""Which schedule, and which weight decay goes with it? ``python -m experiments.cyclical_rate_and_decay``."""

from __future__ import annotations

from pathlib import Path

from experiments.studies import command

main = command(Path(__file__).parent)

if __name__ == "__main__":
    main()
