"""Makes the page of ``--help`` for a command with a configuration: what it does, examples, groups and keys."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path

_KEY = re.compile(r"^(\w+):(?= )")
_GROUP = re.compile(r"^  - ([\w/]+): ([\w/]+) +# (.*)$")
_EXAMPLE = "# python -m "
_SWEEP = "  -m, --multirun    train once for each combination of values, as in loss.gamma=0,1,2"
_OPTIONS = """Options:
  --cfg job         show the whole configuration and stop
  -h, --help        show this page
  --hydra-help      show further options of Hydra"""
_WIDTH = 118


def wants_help(words: Sequence[str], bare: bool = False) -> bool:
    """Whether the words of a command line ask for help; with ``bare``, having none does."""
    return "-h" in words or "--help" in words or (bare and not words)


def help_page(config: Path) -> str:
    """The page of the command whose configuration is the file ``config``, made from the comments in it.

    Its first comment says what the command does, and gives examples. Each key and each group has its own.
    """
    lines = config.read_text(encoding="utf-8").splitlines()
    head = list(takewhile(lambda line: line.startswith("#"), lines))
    text = [line.removeprefix("# ") for line in head if not line.startswith(_EXAMPLE)]
    examples = [f"  {line.removeprefix('# ')}" for line in head if line.startswith(_EXAMPLE)]
    keys = [f"  {line}" for line in lines if (found := _KEY.match(line)) and found[1] != "hydra"]
    groups = [_group(config.parent, *match.groups()) for line in lines if (match := _GROUP.match(line))]
    sweeps = any(line.startswith("  - sweep:") for line in lines)
    blocks = ["\n".join(text), "\n".join(["Examples:", *examples])]
    blocks += ["\n".join(["Groups, group=choice (the first one named is the default):", *groups])] * bool(groups)
    blocks += ["\n".join(["Keys, key=value:", *keys]), _OPTIONS + f"\n{_SWEEP}" * sweeps]
    return "\n\n".join(blocks)


def _group(folder: Path, name: str, default: str, comment: str) -> str:
    choices = sorted(path.stem for path in (folder / name).glob("*.yaml"))
    named = [default] * (default != "null") + [choice for choice in choices if choice != default]
    listed = textwrap.fill(", ".join(named), _WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6)
    return f"  {name}: {comment}\n{listed}"
