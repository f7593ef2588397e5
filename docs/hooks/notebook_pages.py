"""Notebooks as Markdown, with the results of running them.

They are stored without results, so they are run when the site is built. That takes minutes, so what came out is kept
in ``build/notebooks`` and used again until the notebook, the code or its configuration changes.
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import MarkdownExporter
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "build" / "notebooks"
_log = logging.getLogger("mkdocs.plugins.notebooks")


def with_results(path: Path) -> NotebookNode:
    """The notebook at ``path`` with its results; raises the first error of a cell."""
    kept = KEPT / f"{path.stem}-{_version(path)}.ipynb"
    if not kept.is_file():
        _log.info("Running %s", path.name)
        with tempfile.TemporaryDirectory() as folder:
            notebook = run(nbformat.read(path, as_version=4), Path(folder))
        KEPT.mkdir(parents=True, exist_ok=True)
        for old in KEPT.glob(f"{path.stem}-*.ipynb"):
            old.unlink()
        nbformat.write(notebook, kept)
    return nbformat.read(kept, as_version=4)


def run(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Run all cells in ``folder``, in a kernel that knows no settings of the user; raises the first error of a cell."""
    environment = os.environ | {"IPYTHONDIR": str(folder / ".ipython"), "OMP_NUM_THREADS": "1"}
    environment.pop("MPLBACKEND", None)  # it would keep plots out of the notebook
    client = NotebookClient(notebook, timeout=None, resources={"metadata": {"path": str(folder)}})
    client.execute(env=environment)
    return notebook


def page_of(notebook: NotebookNode, name: str) -> tuple[str, dict[str, bytes]]:
    """The notebook as Markdown, and its pictures under the names by which the Markdown shows them."""
    exporter = MarkdownExporter()
    markdown, resources = exporter.from_notebook_node(
        notebook, {"unique_key": name, "output_files_dir": f"{name}_results"}
    )
    return markdown, resources["outputs"]


def _version(path: Path) -> str:
    """Of everything that decides about the results of the notebook at ``path``."""
    sources = [file for folder in ("textrm", "conf") for file in (ROOT / folder).rglob("*") if file.is_file()]
    digest = hashlib.sha256()
    for file in (path, *sorted(file for file in sources if file.suffix != ".pyc")):
        digest.update(f"{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    return digest.hexdigest()[:16]
