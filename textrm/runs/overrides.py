"""What the overrides of a command line are about, such as ``+loss.gamma=1``; their grammar is Hydra's own."""

from __future__ import annotations


def split_override(override: str) -> tuple[str, str]:
    """Its key, with what stands behind an @, and its value; the value of ``~key`` is "deleted"."""
    key, _, value = override.lstrip("+~").partition("=")
    return key, "deleted" if override.startswith("~") else value


def override_key(override: str) -> str:
    """Its key alone: of ``encoder@net.encoder=timm`` it is ``encoder``."""
    return split_override(override)[0].split("@")[0]
