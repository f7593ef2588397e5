"""Which part may import what: training and use are separable, and what is shared lies below those that share it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TORCH = {"torch", "torchvision", "lightning", "pytorch_lightning"}
TRAINING = TORCH | {"hydra", "omegaconf", "onnx"}

# Parts, and the libraries that are not loaded with them, all of their modules imported.
FREE = {
    "use": (
        ("__main__", "infer", "tag", "preprocess", "postprocess", "page", "prepared", "pictures", "review"),
        TRAINING,
    ),
    "runs and what is made from them": (("runs", "report"), TORCH),
    "pictures for training": (("importers", "data.manifest"), TORCH),
}

# Parts, and what they do not import: nor what they import, and so on, also within functions.
APART = [
    ("hydra_plugins.textrm_sweepers", "textrm.report"),
    ("textrm.losses", "textrm.export"),
    ("textrm.checkpoints", "textrm.export"),
    ("textrm.runs", "textrm.checkpoints"),
    ("textrm.nets", "textrm.runs"),
    ("textrm.nets", "textrm.checkpoints"),
    ("textrm.nets", "hydra"),
    ("textrm.nets", "omegaconf"),
    ("textrm.nets", "pathlib"),  # nets know no files
]


@pytest.mark.slow
@pytest.mark.parametrize("name", FREE)
def test_parts_that_load_no_heavy_library(name: str) -> None:
    parts, heavy = FREE[name]
    modules = [module for part in parts for module in modules_of(f"textrm.{part}")]
    assert len(modules) >= len(parts)
    code = f"import sys, {', '.join(modules)}\nprint(sorted(set(sys.modules) & {heavy}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.slow
def test_the_command_loads_no_library_of_an_extra_before_it_is_needed() -> None:
    extras = {"libarchive", "pikepdf", "pypdfium2", "lxml", "pylibjxl", "ray", "pyarrow",
              "starlette", "uvicorn", "asyncio", "textrm.review"}  # fmt: skip
    code = f"import sys, textrm.infer, textrm.page\nprint(sorted(set(sys.modules) & {extras}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize(("part", "other"), APART)
def test_parts_that_do_not_know_each_other(part: str, other: str) -> None:
    chains = reached(part)
    assert {name: chain for name, chain in chains.items() if within(name, other)} == {}


def test_imports_are_followed() -> None:
    assert reached("textrm.losses")["textrm.runs.walk"][0] == "textrm.losses.features"
    assert "textrm.export.graph" in reached("textrm.evaluate")  # which imports it in a function


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def modules_of(name: str) -> list[str]:
    """The module ``name``, or all of a package."""
    place = ROOT.joinpath(*name.split("."))
    if not place.is_dir():
        return [name]
    files = (path.relative_to(ROOT).with_suffix("") for path in sorted(place.rglob("*.py")))
    return [".".join(path.parts).removesuffix(".__init__") for path in files]


def reached(package: str) -> dict[str, tuple[str, ...]]:
    """What is imported by ``package``, by what that imports, and so on, each with the chain of modules to it."""
    found: dict[str, tuple[str, ...]] = {}
    waiting = [(module, ()) for module in modules_of(package)]
    while waiting:
        module, chain = waiting.pop()
        for name in imported(module):
            if name not in found and not within(name, package):
                found[name] = (*chain, module)
                waiting.append((name, found[name]))
    return found


def imported(module: str) -> set[str]:
    """What a module of ours imports, with the packages around it; nothing for those of others."""
    place = ROOT.joinpath(*module.split("."))
    path = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    if not path.is_file():
        return set()
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names | {name.rpartition(".")[0] for name in names if "." in name}


def test_no_two_files_of_tests_have_one_name() -> None:
    """pytest imports them by their bare names."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(set(names)) == sorted(names)
