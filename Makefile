# `make demo` and `make test` are all the set-up there is; both make .venv when it is absent.

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
# Which torch to install, as pip would be told. Any release from 2.4 on is admitted.
TORCH ?= torch==2.13.0
JOBS ?= 2
BIN := .venv/bin
STAMP := .venv/.installed
# Tests that read the project's files and run nothing of it.
STRUCTURE := $(addprefix tests/test_,imports.py registries.py packaging.py project_files.py)

# Tests that measure time are in these alone; the others need not even be imported.
ALONE := $(shell grep -l "mark\.alone" tests/test_*.py)

export HF_HUB_OFFLINE := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help install demo test test-fast test-slow faults fuzz-overnight bench check docs format clean

help:  ## list what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 16

install: $(STAMP)  ## make .venv with everything in it, and the command `robopolicy`

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "robopolicy needs Python 3.11 or newer; $(PYTHON) is older. Say which: make install PYTHON=python3.11"; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info >= (3, 14))' || \
	  echo "Note: PyBullet has wheels up to Python 3.13; here pip builds it from source (a C++ compiler, about 8 minutes)."
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install "$(TORCH)"
	$(BIN)/python -m pip install --editable ".[page,dev]"
	@touch $@

demo: $(STAMP)  ## the whole loop, from play to unseen commands, into runs/demo (at most 20 minutes on 2 cores)
	@$(BIN)/robopolicy demo

test: $(STAMP)  ## the test suite (under 12 minutes on 2 cores)
	$(BIN)/python -m pytest -n $(JOBS) -m "not slow and not alone and not faults"
	$(BIN)/python -m pytest -m "alone and not slow" $(ALONE)

test-fast: $(STAMP)  ## the test suite without its longest tests (about 4 minutes on 2 cores)
	$(BIN)/python -m pytest -n $(JOBS) -m "not slow and not alone and not faults and not long"

test-slow: $(STAMP)  ## the tests that take minutes each
	$(BIN)/python -m pytest -n $(JOBS) -m "slow and not alone"
	$(BIN)/python -m pytest -m "slow and alone" $(ALONE)

faults: $(STAMP)  ## kill, fill, flip and fuzz everything, and write docs/reliability.md (under 30 minutes)
	ROBOPOLICY_FUZZ=faults $(BIN)/python -m pytest -n $(JOBS) --dist worksteal --reliability=docs/reliability.md tests

fuzz-overnight: $(STAMP)  ## the same with a million cases for each pure parser (hours; no page)
	ROBOPOLICY_FUZZ=overnight $(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m faults

bench: $(STAMP)  ## measure a step of the world, the expert, the page and the server (5 minutes)
	$(BIN)/python -m benchmarks.step
	$(BIN)/python -m benchmarks.expert 2
	$(BIN)/python -m benchmarks.viewer
	$(BIN)/python -m benchmarks.server

check: $(STAMP)  ## ruff, types, and how imports, registries and links hang together (half a minute)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyrefly check --progress-bar=no
	PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 $(BIN)/python -m pytest -q -m "not slow" $(STRUCTURE)

docs: $(STAMP)  ## the documentation as a site, into build/site (half a minute)
	@$(BIN)/python -c 'import mkdocs, mkdocstrings' 2>/dev/null || $(BIN)/python -m pip install --editable ".[docs]"
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet
	@echo "written: build/site/index.html"

format: $(STAMP)  ## let ruff rewrite what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:  ## remove .venv and caches; runs/ stays
	rm -rf .venv .pytest_cache .ruff_cache build *.egg-info
