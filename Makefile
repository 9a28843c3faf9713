# Every verb sets up what it needs, once: see tools/environment.py. `make` alone lists the verbs.

PYTHON ?= python3
BIN := .test/venv/bin
# A file's tests stay together and in order, as they share servers; WORKERS=0 runs all in one process.
WORKERS ?= 2
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

.PHONY: help lab test build check lint types js unit interop browser bench mutants prepare prepare-all \
	prepare-browser prepare-redis

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

lab: ## start JupyterLab on copies of the notebooks, everything in .lab/
	@$(PYTHON) -m tools.lab

test: prepare-all check ## every check and every test; what .ci/run calls
	$(PYTEST)

build: prepare ## the front-end, into jupyter_automerge/

check: lint types js ## all checks that run no test

lint: prepare ## ruff: rules and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: prepare ## mypy, strict
	$(BIN)/mypy

js: prepare ## the front-end: types, tests, size
	cd js && npm run --silent check

unit: prepare-redis ## the tests that start no other process
	$(PYTEST) tests/unit tests/properties tests/scenarios tests/contracts tests/test_*.py

interop: prepare ## the tests against the real npm packages
	$(PYTEST) tests/interop

browser: prepare-browser ## the tests in a real JupyterLab and Notebook 7
	$(PYTEST) tests/browser

bench: prepare ## measure this server beside others
	$(BIN)/python -m bench

mutants: prepare ## switch named rules off, one at a time; each must turn a test red
	$(BIN)/python -m tests.mutants

prepare:
	@$(PYTHON) -m tools.prepare

prepare-browser:
	@$(PYTHON) -m tools.prepare --browser

prepare-redis:
	@$(PYTHON) -m tools.prepare --redis

prepare-all:
	@$(PYTHON) -m tools.prepare --browser --redis
