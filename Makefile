# Social Calendar. `make` explains every target.

VENV := .venv
PYTHON := $(VENV)/bin/python
SOURCES := services gateway deploy tests
WEB := gateway/web
WEB_SOURCES := $(WEB)/package-lock.json $(WEB)/index.html $(WEB)/vite.config.ts $(shell find $(WEB)/src -type f)

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run status demo reset dead-letters replay reconcile web test test-unit coverage test-browser screenshots api-types test-faults bench bench-cost bench-streams bench-growth bench-scaling check bench-compare lint types format lock \
	up down logs scale test-containers

help: ## Show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

setup: $(VENV)/run.stamp web ## Install what running needs (a virtual environment with pinned, hashed packages), build the client

setup-dev: $(VENV)/dev.stamp $(WEB)/node_modules/dev.stamp web ## Install what testing and checking need

web: $(WEB)/dist/index.html ## Build the web client, if its sources have changed

api-types: setup-dev ## Generate the web client's API types from the OpenAPI document
	@mkdir -p build
	$(PYTHON) -m gateway.describe > build/openapi.json
	@deploy/npm run --silent api-types

run: setup ## Start everything in the foreground; Ctrl-C stops it
	@exec $(PYTHON) -m deploy.local run

status: setup ## Print one line for each process: name, state, pid
	@$(PYTHON) -m deploy.local status

demo: setup ## Fill the running system with people, events and chats
	@$(PYTHON) -m deploy.local demo

reset: setup ## Delete all data of the local system
	@$(PYTHON) -m deploy.local reset

dead-letters: setup ## List the messages that could not be handled
	@$(PYTHON) -m deploy.local dead-letters

replay: setup ## Put the messages that could not be handled back into their queues
	@$(PYTHON) -m deploy.local replay

reconcile: setup ## Compare what each service has copied with its owner, and repair it
	@$(PYTHON) -m deploy.local reconcile

test-browser: setup-dev ## Run the tests of the web client in a real browser (Debian's chromium); pictures go to build/
	@deploy/chromium
	$(PYTHON) -m pytest tests/browser

screenshots: setup-dev ## Take the pictures in README.md anew, of the demo data
	@deploy/chromium
	$(PYTHON) -m tests.browser

test-faults: setup-dev ## Kill, pause and restart everything under load, and audit what was promised
	$(PYTHON) -m tests.faults

up: ## Build and start everything in containers; needs a Docker engine
	@deploy/compose/up

down: ## Stop and remove the containers; their data stays
	@deploy/compose/run down

logs: ## Follow the logs of all containers
	@deploy/compose/run logs --follow --tail 50

scale: ## Run N replicas of a part: make scale SERVICE=events N=3
	@deploy/compose/scale "$(SERVICE)" "$(N)"

test-containers: setup-dev ## Run the tests that need a Docker engine, against containers
	$(PYTHON) -m tests.containers

bench-cost: setup-dev ## Measure what a request costs each process, and how large documents are
	@$(PYTHON) -m tests.bench.cost

bench-streams: setup-dev ## Measure how fast news travels, and what an idle stream costs
	@$(PYTHON) -m tests.bench.streams

bench-growth: setup-dev ## Measure what stays of a busy minute, and how fast it goes (about three minutes)
	@$(PYTHON) -m tests.bench.growth

bench-scaling: $(VENV)/bench.stamp ## Measure one service in one, two and four processes (needs wrk)
	@$(PYTHON) -m tests.bench.scaling

bench: $(VENV)/bench.stamp ## Measure floors and scenarios, and write docs/performance/ (needs wrk; about ten minutes)
	$(PYTHON) -m tests.bench

bench-compare: setup-dev ## Tell what became slower since an earlier run: make bench-compare BASE=<results.json>
	@$(PYTHON) -m tests.bench.compare "$(BASE)"

test: setup-dev ## Run all tests
	@deploy/npm run --silent test
	$(PYTHON) -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

test-unit: setup-dev ## Run the tests that need neither broker nor database: rules, contracts, documents
	$(PYTHON) -m pytest --quiet -m "not system" tests/unit tests/contract tests/docs

coverage: setup-dev ## Report what the tests reach that run in one process: unit, contract and conformance tests
	$(PYTHON) -m coverage run -m pytest --quiet tests/unit tests/contract tests/conformance
	$(PYTHON) -m coverage report

lint: setup-dev ## Check format, style and the arrows between packages
	$(VENV)/bin/ruff format --check $(SOURCES)
	$(VENV)/bin/ruff check $(SOURCES)
	$(VENV)/bin/lint-imports
	@deploy/npm run --silent lint

types: setup-dev ## Check types
	$(VENV)/bin/mypy $(SOURCES)
	@deploy/npm run --silent types

check: lint types test ## All that CI runs

format: setup-dev ## Format the code and mend what can be mended
	$(VENV)/bin/ruff format $(SOURCES)
	$(VENV)/bin/ruff check --fix $(SOURCES)
	@deploy/npm run --silent format

lock: setup-dev ## Compile the pinned, hashed requirements of each part
	deploy/lock

$(VENV)/bin/python:
	deploy/make-venv $(VENV)

$(VENV)/run.stamp: requirements/run.txt | $(VENV)/bin/python
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt | $(VENV)/run.stamp
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/bench.stamp: requirements/bench.txt | $(VENV)/dev.stamp
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# Node comes from PyPI, into the same virtual environment.
$(VENV)/node.stamp: requirements/web.txt | $(VENV)/bin/python
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(WEB)/node_modules/.package-lock.json: $(WEB)/package-lock.json | $(VENV)/node.stamp
	@deploy/npm ci --silent --omit=dev

$(WEB)/node_modules/dev.stamp: $(WEB)/package-lock.json | $(VENV)/node.stamp
	@deploy/npm ci --silent
	@touch $@

$(WEB)/dist/index.html: $(WEB_SOURCES) | $(WEB)/node_modules/.package-lock.json
	@deploy/npm run --silent build -- --logLevel warn
