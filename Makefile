# Wugan: everything a person types while working on it. `make` alone lists the targets.
SHELL := /bin/sh
.SHELLFLAGS := -eu -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
ARGS ?=
BENCH ?= start domain replay history mqtt_ingest full_path latency delivery
PYTHONS ?= python3.11 python3.12 python3.13
PYTEST := $(BIN)/pytest
SERVICES ?= ../shared/services
export SERVICES

.PHONY: help install demo test test-services test-browser bench bench-desk scores lint fmt wheel check-wheel check-compose constraints clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(INSTALLED) ## Make .venv with Wugan and all its extras; the command is .venv/bin/wugan

$(INSTALLED): pyproject.toml constraints.txt
	@python=$$(deploy/find-python); \
	if ! $(BIN)/python -c '' 2>/dev/null; then \
	    echo "install: making $(VENV) with $$python"; "$$python" -m venv --clear $(VENV); \
	fi; \
	extras=$$($(BIN)/python -c 'import tomllib; print(",".join(tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]))'); \
	echo "install: pip brings wugan[$$extras]"; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[$$extras]"; \
	touch $@; echo "install: $(BIN)/wugan is ready"

demo: install ## Run the whole flow on a simulated zone, e.g. make demo ARGS="--for 120"
	@echo "demo: wugan demo $(ARGS)"
	@exec $(BIN)/wugan demo $(ARGS)

test: lint ## All checks that need no service: lint, types, layers, tests
	@echo "test: pytest, without what needs services or a browser"
	@$(PYTEST) -q -m "not services and not browser" $(ARGS)
	@$(call left_out,services,real brokers and databases,make test-services)
	@$(call left_out,browser,Chromium,make test-browser)

test-services: install ## The full path on real Mosquitto, Kafka, InfluxDB and PostgreSQL
	@echo "test-services: pytest -m services"
	@deploy/with-services kafka influxdb mosquitto postgresql -- $(PYTEST) -q -m services $(ARGS) || $(call none_is_fine,services)

test-browser: install ## The pages in a real Chromium
	@echo "test-browser: pytest -m browser"
	@deploy/with-services chromium -- $(PYTEST) -q -m browser $(ARGS) || $(call none_is_fine,browser)

bench: install ## Measure the figures of the README on Mosquitto and Kafka, else embedded; one: make bench BENCH=replay
	@deploy/with-services kafka mosquitto -- sh -euc 'for name in $(BENCH); do \
	    echo "bench: python -m benchmarks.$$name $(ARGS)"; $(BIN)/python -m "benchmarks.$$name" $(ARGS); done'

bench-desk: install ## What the duty desk costs a browser and its server, in a real Chromium; one: make bench-desk ARGS="--only frames"
	@echo "bench-desk: python -m benchmarks.desk $(ARGS)"
	@PYTHONPATH=. deploy/with-services chromium -- $(BIN)/python -m benchmarks.desk $(ARGS)

scores: install ## Score the method on all scenarios, e.g. make scores ARGS="--scenarios strong,weak --seeds 1,2"
	@echo "scores: python -m benchmarks.scores $(if $(ARGS),$(ARGS),--md docs/scores.md)"
	@$(BIN)/python -m benchmarks.scores $(if $(ARGS),$(ARGS),--md docs/scores.md)

lint: install ## Style, format, types, layers
	@echo "lint: ruff check";    $(BIN)/ruff check --quiet .
	@echo "lint: ruff format";   $(BIN)/ruff format --quiet --check . || { echo "run 'make fmt'"; exit 1; }
	@echo "lint: mypy";          $(BIN)/mypy --no-error-summary
	@echo "lint: settings example"; PYTHONPATH=. $(BIN)/python deploy/settings_example.py --check
	@echo "lint: import-linter"; out=$$($(BIN)/lint-imports --no-logo 2>&1) || { echo "$$out"; exit 1; }

fmt: install ## Format the code, mend what ruff can mend, write deploy/settings.env.example anew
	@echo "fmt: ruff, settings example"
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .
	@PYTHONPATH=. $(BIN)/python deploy/settings_example.py

wheel: install ## Build dist/wugan-*.whl
	@echo "wheel: dist/"
	@$(BIN)/python -m build --wheel --outdir dist . >/dev/null && ls dist/*.whl

check-wheel: install ## Install the built wheel into an empty environment and run its demo from another folder
	@echo "check-wheel: build, install, wugan demo --for 5"
	@deploy/check-wheel $(BIN)/python

check-compose: ## Check the compose files with the specification's parser (needs Go)
	@echo "check-compose: docker-compose.yml and deploy/compose.tls.yml"
	@if [ ! -x $(SERVICES)/compose-check ]; then echo "left out: no $(SERVICES)/compose-check"; \
	elif ! command -v go >/dev/null; then echo "left out: needs Go"; \
	else $(SERVICES)/compose-check "$(CURDIR)/docker-compose.yml"; \
	     $(SERVICES)/compose-check "$(CURDIR)/docker-compose.yml" "$(CURDIR)/deploy/compose.tls.yml"; fi

constraints: install ## Resolve constraints.txt anew, e.g. make constraints PYTHONS="python3.11 python3.13"
	@$(BIN)/python deploy/constraints.py $(PYTHONS)

clean: ## Remove caches and builds; .venv and .wugan stay
	@echo "clean: caches, build/, dist/"
	@rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +

# left_out MARKER,WHAT,COMMAND: say how many tests were not run here, and why.
left_out = n=$$($(PYTEST) --collect-only -q -m $(1) 2>/dev/null | grep -c '::' || true); \
	echo "left out: $$n tests marked '$(1)' (need $(2)); run $(3)"

# none_is_fine MARKER: after pytest; that no test carries the marker (exit code 5) is said, and is no failure.
none_is_fine = { code=$$?; [ $$code = 5 ] && echo "no test is marked '$(1)'" || exit $$code; }
