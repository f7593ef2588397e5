"""Hook of MkDocs: pages of the repository outside ``docs/`` become pages of the site, and links lead there.

A page links to files as they lie in the repository, so that its links lead somewhere wherever it is read. In the site
these files lie below ``repository/``, with the folders that they have; a notebook is a page there, with its results.
Docstrings name other objects as Sphinx does; in the site such a name is a link, too.
"""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath
from typing import Any

import notebook_pages
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[2]
PLACE = "repository"
STARTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", *(f"experiments/{path.parent.name}/README.md"
          for path in sorted(ROOT.glob("experiments/*/README.md"))))  # fmt: skip
_LINK = re.compile(r"(?<=\]\()(?!\w+:)([^)#\s]+)(?=[)#])")  # the target of a link, without its anchor
_ROLE = re.compile(r":(?:mod|class|func|meth|data):<code>(~?)([\w.]+)</code>")


def on_files(files: Files, config: Any) -> Files:
    """Add what the pages link to outside ``docs/``, and what that links to in turn."""
    waiting = [*STARTS, *(f"docs/{file.src_uri}" for file in files.documentation_pages())]
    found: set[str] = set()
    while waiting:
        page = waiting.pop()
        if page in found:
            continue
        found.add(page)
        text = ""
        if page.endswith(".ipynb"):
            text, pictures = notebook_pages.page_of(notebook_pages.with_results(ROOT / page), PurePosixPath(page).stem)
            files.append(File.generated(config, _place(page), content=text))
            for name, picture in pictures.items():
                files.append(File.generated(config, f"{PLACE}/{PurePosixPath(page).parent}/{name}", content=picture))
        elif not page.startswith("docs/"):
            files.append(File.generated(config, _place(page), abs_src_path=str(ROOT / page)))
        if page.endswith(".md"):
            text = (ROOT / page).read_text(encoding="utf-8")
        targets = (_target(page, link) for link in _LINK.findall(text))
        waiting += [target for target in targets if (ROOT / target).is_file()]
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Turn links to files of the repository into links to where they lie in the site."""
    own = PurePosixPath(page.file.src_uri)
    source = str(own.relative_to(PLACE)) if own.parts[0] == PLACE else f"docs/{own}"

    def moved(match: re.Match[str]) -> str:
        target = _target(source, match[1])
        if not (ROOT / target).is_file():
            return match[1]  # MkDocs says that it leads nowhere
        return os.path.relpath(_place(target), own.parent).replace(os.sep, "/")

    return _LINK.sub(moved, markdown)


def on_page_content(html: str, **_: Any) -> str:
    """Turn names of objects as docstrings have them into links, where there is a page of the object."""

    def linked(match: re.Match[str]) -> str:
        shown = match[2].rpartition(".")[2] if match[1] else match[2]
        return f'<autoref optional identifier="{match[2]}"><code>{shown}</code></autoref>'

    return _ROLE.sub(linked, html)


def _place(source: str) -> str:
    """Where a file of the repository lies in the site, before pages become HTML."""
    place = source.removeprefix("docs/") if source.startswith("docs/") else f"{PLACE}/{source}"
    return f"{place.removesuffix('.ipynb')}.md" if place.endswith(".ipynb") else place


def _target(page: str, link: str) -> str:
    """The file that a link of a page leads to, from the root; of a folder its README."""
    target = os.path.normpath(PurePosixPath(page).parent / link).replace(os.sep, "/")
    return f"{target}/README.md" if (ROOT / target).is_dir() else target
