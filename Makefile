# `make` lists what there is. Needs Python 3.11 or newer with venv, and nothing else.
PYTHON ?= python3
VENV ?= .venv
DEMO ?= tests/corpus/phoenix/coupon_match_error_deploy/fly.txt
LIVE ?= odd_machine
PYTEST_FLAGS ?=

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
VERSION := $(shell sed -n 's/^version = "\(.*\)"$$/\1/p' pyproject.toml)
WHEEL := dist/smokejumper-$(VERSION)-py3-none-any.whl
# The folders too: a file that went away counts as a change.
SOURCES := $(shell find src \( -name __pycache__ -o -name '.*' \) -prune -o -print)

# Each says what is done to $(VENV), in this order: it exists, it can build and run, it can test, the wheel is in it.
RUN := $(VENV)/.run
DEV := $(VENV)/.dev
INSTALLED := $(VENV)/.installed

.DELETE_ON_ERROR:
.PHONY: help demo test pytest lint types docs docs-check bench soak new-cause install clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-24s %s\n", ($$1 == "new-cause" ? $$1 " NAME=..." : $$1), $$2 }' Makefile

demo: $(INSTALLED) ## a recorded incident from a file, and a simulated Fly asked live
	@for command in triage scope; do \
	  echo "$$ smokejumper $$command $(DEMO)"; \
	  $(BIN)/smokejumper $$command $(DEMO) || test $$? -eq 1 || exit 1; \
	done # 1: an incident was found
	@for command in triage machines; do \
	  echo "$$ smokejumper $$command        # live, against a simulated Fly"; \
	  $(BIN)/python -m smokejumper.drill $(LIVE) $$command --app '{app}' </dev/null || test $$? -eq 1 || exit 1; \
	done

test: lint types pytest ## everything that must hold before a commit

pytest: $(DEV) $(INSTALLED)
	$(BIN)/python -m pytest $(PYTEST_FLAGS)

lint: $(DEV) $(INSTALLED) ## style, and who may import whom
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-logo

types: $(DEV) ## mypy, strict
	$(BIN)/mypy

docs: $(INSTALLED) ## write the pages that come from the code
	$(BIN)/python scripts/docs.py

docs-check: $(INSTALLED) ## are the pages that come from the code up to date?
	$(BIN)/python scripts/docs.py --check

bench: $(INSTALLED) ## speed, side by side with other tools
	$(BIN)/python bench/run.py
	$(BIN)/python bench/live.py

soak: $(INSTALLED) ## a long run: does it stay small?
	$(BIN)/python bench/soak.py

new-cause: ## the blank file of a cause
	@$(PYTHON) scripts/new_cause.py "$(NAME)"

install: $(DEV) $(INSTALLED) ## set .venv up and do nothing more

clean: ## remove everything that was made here
	rm -rf .venv* dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "smokejumper needs Python 3.11 or newer: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(PIP) install --require-hashes --only-binary :all: -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt $(RUN)
	$(PIP) install --require-hashes --only-binary :all: -r requirements-dev.txt
	@touch $@

# Built with what is pinned in requirements.txt: nothing is fetched here.
$(WHEEL): pyproject.toml README.md LICENSE $(SOURCES) | $(RUN)
	$(BIN)/python -m hatchling build -t wheel

$(INSTALLED): $(WHEEL) $(RUN)
	$(PIP) install --no-deps --no-index --force-reinstall $(WHEEL)
	@touch $@
