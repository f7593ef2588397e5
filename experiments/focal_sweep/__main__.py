"""Does the focal loss help over weighted cross-entropy? ``python -m experiments.focal_sweep``."""

from __future__ import annotations

from pathlib import Path

from experiments.studies import command

main = command(Path(__file__).parent)

if __name__ == "__main__":
    main()
