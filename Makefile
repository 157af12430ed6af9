# Each target first makes what it needs; a machine with `python3` and `make` is enough.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
SHARED := $(or $(WATCHWEAVE_SHARED),../shared)
CODE := $(wildcard src tests benchmarks docs)

WORLDS ?= 10000
SHOWS ?= 3000
LISTS ?= 2000
SERVICES ?= 1000
SEED ?= 1
SIZE ?= small

.PHONY: setup demo test check fix acceptance laws bench accuracy cost peers diary mutants docs

setup: .venv/setup.stamp

# The product alone: pinned, hashed, and the package itself without a second look at what it needs.
.venv/product.stamp: pyproject.toml requirements/build.txt requirements/runtime.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.12 ..." if sys.version_info < (3, 11) else 0)'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv
	$(PIP) install --require-hashes -r requirements/build.txt -r requirements/runtime.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/setup.stamp: .venv/product.stamp requirements/dev.txt
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

demo: .venv/product.stamp
	$(BIN)/watchweave demo

test: .venv/setup.stamp
	$(BIN)/python -m pytest $(ARGS)

# Every tool has its say, also after one that found something.
check: .venv/setup.stamp
	@failed=; \
	for tool in "ruff check $(CODE)" "ruff format --check $(CODE)" mypy "python docs/generate.py --check" \
	    "python -m pytest tests/house"; do \
	  echo "$(BIN)/$$tool"; $(BIN)/$$tool || failed="$$failed\n  $$tool"; \
	done; \
	if [ -n "$$failed" ]; then printf "\nNot well:$$failed\n" >&2; exit 1; fi

fix: .venv/setup.stamp
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

acceptance: .venv/product.stamp
	@test -x "$(SHARED)/acceptance/run" || { echo "$(SHARED)/acceptance/run is missing; set WATCHWEAVE_SHARED to the folder that has acceptance/." >&2; exit 2; }
	WATCHWEAVE_CMD="$(CURDIR)/$(BIN)/watchweave" "$(SHARED)/acceptance/run" $(ARGS)

laws: .venv/setup.stamp
	$(BIN)/python tests/laws/campaign.py --worlds $(WORLDS) --seed $(SEED)
	$(BIN)/python tests/laws/campaign.py --of shows --worlds $(SHOWS) --seed $(SEED)
	$(BIN)/python tests/laws/campaign.py --of lists --worlds $(LISTS) --seed $(SEED)
	$(BIN)/python tests/laws/campaign.py --of services --worlds $(SERVICES) --seed $(SEED)
	$(BIN)/python tests/laws/kills.py --seed $(SEED)

bench: .venv/setup.stamp
	$(BIN)/python benchmarks/run.py --size $(SIZE)

accuracy: .venv/setup.stamp
	$(BIN)/python benchmarks/accuracy.py

cost: .venv/setup.stamp
	$(BIN)/python benchmarks/cost.py

diary: .venv/setup.stamp
	$(BIN)/python benchmarks/diary.py

peers: .venv/setup.stamp
	$(BIN)/python benchmarks/peers.py

mutants: .venv/setup.stamp
	$(BIN)/python tests/mutants/run.py

docs: .venv/setup.stamp
	$(BIN)/python docs/generate.py
