"""Do the rates 2-4-2-1 beat the conventional ones? ``python -m experiments.atrous_rates``."""

from __future__ import annotations

from pathlib import Path

from experiments.studies import command

main = command(Path(__file__).parent)

if __name__ == "__main__":
    main()
