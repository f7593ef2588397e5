"""Reading data needs no torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_manifests_and_importers_need_no_torch() -> None:
    modules = "textrm.data.manifest, textrm.importers.pairs, textrm.importers.captioned"
    code = f"import sys, {modules}, textrm.importers.imgflip575k.__main__; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).resolve().parents[2])
