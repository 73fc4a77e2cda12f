# Every target makes what it needs. `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help setup serve test browser lint audit format bench train retrain lock clean

help:            ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 12

setup: .venv/dev ## everything the other targets need

serve: .venv/service ## serve with the shipped model on SARING_BIND (127.0.0.1:8000)
	@SARING_DEMO=$${SARING_DEMO-1} exec $(BIN)/saring serve

# A file stays on one process, so that what its tests share is made once; threads of BLAS gain nothing.
test: .venv/dev browser ## the whole suite, PostgreSQL and browser included
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

# A browser on the machine, else Playwright's own, else Debian's; the suite says what to do without.
browser: .venv/dev
	@for name in chromium chromium-browser google-chrome chrome; do \
		command -v $$name >/dev/null && exit 0; done; \
	timeout 300 $(BIN)/playwright install chromium >/dev/null 2>&1 || \
	{ apt-get update -qq && apt-get install -y -qq chromium; } >/dev/null 2>&1 || \
	echo "no browser found or installed: install chromium, or run .venv/bin/playwright install chromium"

lint: .venv/dev  ## ruff, mypy and bandit
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/bandit -q -c pyproject.toml --severity-level medium -r service training

# Not part of lint: it asks a vulnerability service, and a build without network must not fail.
audit:           ## the locked requirements against known vulnerabilities; needs the network
	@$(PYTHON) -m venv build/audit && build/audit/bin/pip install -q --disable-pip-version-check pip-audit
	@build/audit/bin/pip-audit --strict --disable-pip --require-hashes -r requirements.txt || \
	{ echo "audit: above stand the findings, or why the vulnerability service could not be asked;"; \
	echo "in the second case nothing was checked, and a machine that reaches it can run the same."; exit 1; }

format: .venv/dev ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/dev ## ratios against named peers; minutes
	$(BIN)/python -m benchmarks

train: .venv/dev ## a new base model from ../shared/data/train
	$(BIN)/python -m training.train

retrain: .venv/service ## what your moderators ruled, on top of the model; a minute
	@$(BIN)/python -m training.retrain

lock: .venv/dev  ## lock requirements.txt and requirements-dev.txt afresh
	$(BIN)/pip-compile $(LOCK) -o requirements.txt pyproject.toml
	$(BIN)/pip-compile $(LOCK) --extra dev --extra train --extra bench --extra cluster -c requirements.txt -o requirements-dev.txt pyproject.toml

LOCK := -q --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --allow-unsafe --strip-extras --no-header --all-build-deps

clean:           ## remove the environment and caches; state in SARING_HOME stays
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/bin/pip:
	$(PYTHON) -m venv .venv

.venv/service: .venv/bin/pip requirements.txt pyproject.toml
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: .venv/service requirements-dev.txt
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
