# `make run` shows live pages; `make test` runs every test. Each installs what it needs, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= spanmart-data
JAVASCRIPT := tests/senders/javascript

# uv is faster where it is present; pip alone is enough. Both read the same constraints.
UV := $(shell command -v uv 2>/dev/null)
ifdef UV
INSTALL = uv pip install --quiet --python $(BIN)/python --constraints constraints.txt
else
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
endif

.PHONY: help run test mutate matrix-openai lint format bench bench-ingest bench-ingest-profile bench-marts bench-pages bench-memory bench-instrumentation docs clean browser senders apt-packages constraints faults

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 24

run: $(VENV)/.server ## Start spanmart with the demo application on http://127.0.0.1:8080
	$(BIN)/spanmart up --demo --data $(DATA)

# The faults measure how the process bears load, so nothing runs beside them.
test: $(VENV)/.dev browser senders ## Run every test, a process for each core (TESTS=tests/web: those alone)
	$(BIN)/python -m pytest -n auto --dist loadfile $(PYTEST_ARGS) $(or $(TESTS),--ignore=tests/faults)
	$(if $(TESTS),,$(BIN)/python -m pytest $(PYTEST_ARGS) tests/faults)

faults: $(VENV)/.dev ## Make every fault of the matrix as often as it asks for (hours; FAULTS=0.1: a tenth)
	FAULTS=$${FAULTS:-full} $(BIN)/python -m pytest tests/faults

mutate: $(VENV)/.dev ## Change spans in 20,000 ways, and see that nothing beside them suffers (an hour; MUTATIONS=500 SEED=7)
	SPANMART_MUTATIONS=$(or $(MUTATIONS),20000) SPANMART_MUTATION_SEED=$(or $(SEED),0) $(BIN)/python -m pytest tests/marts/test_mutated_spans.py

matrix-openai: $(VENV)/.dev ## Test the instrumentation with old and new versions of the OpenAI client
	$(BIN)/python tests/instrumentation/openai_matrix.py $(MATRIX_ARGS)

lint: $(VENV)/.dev ## Check style, types and the arrows between packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: ## List the benchmarks and what they measure; each is one command
	@echo "make bench-ingest            durable spans a second, latency, disk, memory and crashes of the collector, beside its peers"
	@echo "make bench-instrumentation   CPU added to a call and to a streamed chunk, and by instrument(), beside its peers"
	@echo "make bench-memory            memory of a process that makes 100,000 instrumented calls, half of them broken streams"
	@echo "make bench-ingest-profile    where the collector's time goes, by thread and by line"
	@echo "make bench-marts             full build, refresh, freshness, disk and pages over ten million made-up calls"
	@echo "make bench-pages             the pages' HTML and weight, text search and export at ten million calls; the list beside Phoenix's"
	@echo "Options go into BENCH_ARGS, such as BENCH_ARGS='--seconds 5 --only http --no-peers'; --help lists them."

bench-ingest: $(VENV)/.dev ## Measure the collector beside its peers, which are installed outside the checkout
	$(BIN)/python -m benchmarks.ingest $(BENCH_ARGS)

bench-instrumentation: $(VENV)/.dev ## Measure what the instrumentation adds to calls, beside its peers
	$(BIN)/python -m benchmarks.instrumentation $(BENCH_ARGS)

bench-memory: $(VENV)/.dev ## Watch the memory of a process over 100,000 instrumented calls
	$(BIN)/python -m benchmarks.instrumentation.memory $(BENCH_ARGS)

bench-ingest-profile: $(VENV)/.dev ## Show where the collector's time goes
	$(BIN)/python -m benchmarks.ingest --profile $(BENCH_ARGS)

bench-marts: $(VENV)/.dev ## Measure how marts are built, refreshed and asked, over made-up calls
	$(BIN)/python -m benchmarks.marts $(BENCH_ARGS)

bench-pages: $(VENV)/.dev browser ## Measure pages, search and export over made-up calls, and the list beside Phoenix's
	$(BIN)/python -m benchmarks.pages $(BENCH_ARGS)

# --- installation, stamped so that it runs once -------------------------------------------------

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "spanmart needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Creating $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.server: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Installing spanmart and its server (about a minute, once)"
	@$(INSTALL) --editable '.[server]'
	@touch $@

# Dependency groups need pip 25.1; a new virtual environment may hold an older one.
$(VENV)/.dev: $(VENV)/.server
	@echo "Installing what tests and checks need"
ifndef UV
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
endif
	@$(INSTALL) --editable '.[server,oidc]' --group test --group lint
	@touch $@

browser: ## See that there is a Chromium for the browser tests
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || $(MAKE) --no-print-directory apt-packages

senders: $(JAVASCRIPT)/node_modules/.package-lock.json ## Install the JavaScript SDK that tests send with, where npm is at hand

$(JAVASCRIPT)/node_modules/.package-lock.json: $(JAVASCRIPT)/package.json $(JAVASCRIPT)/package-lock.json
	@if command -v npm >/dev/null; then \
		echo "Installing the JavaScript SDK that tests send with"; \
		(cd $(JAVASCRIPT) && npm ci --silent) && touch $@; \
	else \
		echo "No npm found: the tests of the JavaScript SDK will be skipped. To run them, install Node.js with npm" >&2; \
	fi

apt-packages: ## Install the Debian packages that the tests need (Chromium), where apt and root are at hand
	@if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		echo "Installing Debian's chromium for the browser tests"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-dejavu-core >/dev/null; \
	else \
		echo "No Chromium found: the browser tests will be skipped. To run them: sudo apt-get install chromium" >&2; \
	fi

constraints: $(VENV)/.dev ## Write constraints.txt anew from what is installed
	@$(BIN)/python -m pip freeze --exclude-editable | grep -viE '^(pip|setuptools|wheel)==' > constraints.txt

clean: ## Remove the virtual environment and caches; data folders stay
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis dbt_project/target dbt_project/logs $(JAVASCRIPT)/node_modules
