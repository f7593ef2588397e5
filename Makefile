# Needs Python 3.11+ and make; every target does its own set-up in .venv.
PYTHON ?= python3
BIN := .venv/bin
# Environment variables of the user's shell must not reach the tests.
RUN := env -u PYTHONPATH $(BIN)
# Tests side by side; more than two at once have no cores of their own on a laptop, and each may hold a net. Tests of a
# file share what takes long to make, so that one process has them all; tests/conftest.py says which files come first.
PYTEST := $(RUN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: setup test quick lint demo docs materials clean

setup: .venv/.installed

.venv/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("error: Python %d.%d found, 3.11 or newer needed: make PYTHON=/path/to/python3.11" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

lint: setup
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy

test: lint
	$(PYTEST)

# Without what trains, exports, builds, or runs commands and notebooks.
quick: setup
	$(PYTEST) -m "not slow"

demo: setup
	$(RUN)/python -m experiments.demo

# Nothing is fetched. Notebooks that changed, or whose code did, are run, which takes minutes. The tool's notice that a
# successor exists is no business of ours.
docs: setup
	NO_MKDOCS_2_WARNING=1 $(RUN)/mkdocs build --strict

# What .venv holds: a bill of materials (CycloneDX, JSON) and the list of licences. The tools have a venv of their own.
materials: setup
	$(PYTHON) -m venv build/tools
	build/tools/bin/python -m pip install --quiet --disable-pip-version-check -r .ci/materials.txt
	build/tools/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --of JSON \
	  -o build/materials.cdx.json $(BIN)/python
	build/tools/bin/pip-licenses --python $(BIN)/python --format markdown --with-urls --output-file build/licences.md

clean:
	rm -rf .venv build dist demo runs multirun site
