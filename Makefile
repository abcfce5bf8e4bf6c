# Social Calendar. `make` explains every target.

VENV := .venv
PYTHON := $(VENV)/bin/python
SOURCES := services gateway deploy tests

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run status demo reset dead-letters replay reconcile test test-faults bench bench-cost check lint types format lock \
	up down logs scale test-containers

help: ## Show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

setup: $(VENV)/run.stamp ## Install what running needs (a virtual environment with pinned, hashed packages)

setup-dev: $(VENV)/dev.stamp ## Install what testing and checking need

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

bench: $(VENV)/bench.stamp ## Measure floors and scenarios, and write docs/performance/ (needs wrk; about ten minutes)
	$(PYTHON) -m tests.bench

test: setup-dev ## Run all tests
	$(PYTHON) -m pytest

lint: setup-dev ## Check format, style and the arrows between packages
	$(VENV)/bin/ruff format --check $(SOURCES)
	$(VENV)/bin/ruff check $(SOURCES)
	$(VENV)/bin/lint-imports

types: setup-dev ## Check types
	$(VENV)/bin/mypy services gateway deploy

check: lint types test ## All that CI runs

format: setup-dev ## Format the code and mend what can be mended
	$(VENV)/bin/ruff format $(SOURCES)
	$(VENV)/bin/ruff check --fix $(SOURCES)

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
