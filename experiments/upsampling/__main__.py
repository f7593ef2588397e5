"""Which upsampling leaves checkerboards or false alarms? ``python -m experiments.upsampling``."""

from __future__ import annotations

from pathlib import Path

from experiments.studies import command

main = command(Path(__file__).parent)

if __name__ == "__main__":
    main()
