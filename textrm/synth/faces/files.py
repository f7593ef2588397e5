"""Where font files lie: given folders, font packages beside this one, and the system's folders."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")
PACKAGE_FOLDERS = ("fontpkg_*/files", "noto_cjk_*")


def in_folders(folders: Sequence[str | Path]) -> list[str]:
    """Font files in the folders and below, sorted. A folder may also be a single file."""
    found: set[str] = set()
    for folder in map(Path, folders):
        if folder.is_file():
            found.add(str(folder))
        for parent, _, names in os.walk(folder):
            found.update(os.path.join(parent, name) for name in names if name.lower().endswith(SUFFIXES))
    return sorted(found)


def in_packages() -> list[str]:
    """Font files of the font packages installed in this Python; nothing is imported."""
    roots = [Path(entry) for entry in dict.fromkeys(sys.path) if entry]
    return in_folders([folder for root in roots for pattern in PACKAGE_FOLDERS for folder in root.glob(pattern)])


def in_system() -> list[str]:
    """Font files that fontconfig lists, and those in the usual folders of Linux, macOS and Windows."""
    home = Path.home()
    usual = (
        "/usr/share/fonts", "/usr/local/share/fonts", home / ".fonts", home / ".local/share/fonts",
        "/System/Library/Fonts", "/Library/Fonts", home / "Library/Fonts",
        Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts",
        Path(os.environ.get("LOCALAPPDATA", home)) / "Microsoft/Windows/Fonts",
    )  # fmt: skip
    return sorted({*in_folders([folder for folder in usual if Path(folder).is_dir()]), *_fontconfig()})


def _fontconfig() -> Iterable[str]:
    if not (command := shutil.which("fc-list")):
        return ()
    try:
        listed = subprocess.run([command, "--format", "%{file}\n"], capture_output=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    return [path for path in os.fsdecode(listed).splitlines() if path.lower().endswith(SUFFIXES)]
