"""Write synthetic pages: ``python -m textrm.synth out=pages n=12``."""

from __future__ import annotations

from textrm.command_line import sigterm_interrupts
from textrm.extras import needs_extra
from textrm.synth.write import write_set

with needs_extra("train", __name__):
    from omegaconf import DictConfig

    from textrm.runs.config import at_least, hydra_entry, resolved_dict


@hydra_entry("synth", color=float, art=str, shard=str, tar=int, kind=str)
def main(config: DictConfig) -> None:
    """Draw the set that ``conf/synth.yaml`` and the command line describe, and say where it lies."""
    at_least(config, seed=0)
    with sigterm_interrupts():
        manifest = write_set(**resolved_dict(config))
    whole = config.sheet and manifest.name == "manifest.csv"
    print(f"{manifest}  (look at {manifest.with_name('sheet.png')})" if whole else manifest)


if __name__ == "__main__":
    main()
