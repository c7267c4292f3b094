# Tidehook: `make help` lists what there is to do. One build configuration serves everything: release, with the Swift runtime
# linked into the binary (see Package.swift), so that tests, benchmarks and the binary share every object file.

SWIFT ?= swift
PYTHON ?= python3
PORT ?= 8420
DATA ?= ./data/demo
BIN := .build/release
BUILD := $(SWIFT) build -c release --explicit-target-dependency-import-check error
VENV := .venv-tests
FORMATTED := Sources Tests Package.swift

# Debian puts its node modules here; node itself does not look there.
export NODE_PATH := $(if $(NODE_PATH),$(NODE_PATH):)/usr/share/nodejs

.DEFAULT_GOAL := help
.PHONY: help deps build run test test-build test-swift test-end-to-end test-console test-interop test-sandbox screenshots bench lint format verify release clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## Install what is missing (with apt, when allowed; else say what to install)
	@.ci/deps test

build: ## Build .build/release/tidehook
	@.ci/deps build
	$(BUILD) --product tidehook

run: build ## Start a demo: gateway, receiver, two webhooks and an event; serves until Ctrl-C (PORT=8420 DATA=./data/demo)
	@PORT=$(PORT) DATA="$(DATA)" examples/quickstart/run.sh

test: deps ## Build and run every test (swift, sandbox, end to end, console, interop)
	@.ci/test

test-build:
	$(BUILD) --build-tests

test-swift: test-build ## Run the Swift tests only (FILTER=RetryPolicy narrows them)
	@.ci/test swift

test-end-to-end: build $(VENV)/.ready ## Run the end-to-end tests only (FILTER=signing narrows them)
	@.ci/test end-to-end

test-console: build $(VENV)/.ready ## Run the console's tests in a browser only (FILTER=deliveries narrows them)
	@.ci/test console

test-interop: build ## Run the tests with what others wrote only: mem0ai, slack_sdk, stripe, … (FILTER=mem0 narrows them)
	@.ci/deps test
	@.ci/test interop

test-sandbox: ## Run the C sandbox's tests under sanitizers only
	@.ci/test sandbox

screenshots: build $(VENV)/.ready ## Take the pictures of docs/images from a seeded gateway
	$(VENV)/bin/python Tests/Console/screenshots.py

bench: ## Measure on this machine (OPTIONS='--quick' for a smoke test)
	@.ci/deps build
	$(BUILD)
	$(BIN)/tidehook-bench $(OPTIONS)

lint: ## Check formatting and conventions
	$(SWIFT) format lint --strict --parallel --recursive $(FORMATTED)
	@.ci/conventions

format: ## Format the Swift sources in place
	$(SWIFT) format format --parallel --recursive --in-place $(FORMATTED)

verify: build ## Generate the generated documents again and fail on a difference
	@.ci/verify

release: build ## Make dist/tidehook: stripped, the Swift runtime inside
	@mkdir -p dist
	strip -o dist/tidehook $(BIN)/tidehook
	@ls -l dist/tidehook

clean: ## Remove what was built; data folders stay
	rm -rf .build dist $(VENV)

$(VENV)/.ready: Tests/EndToEnd/requirements.txt Tests/Console/requirements.txt
	@.ci/deps test
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install -q $(addprefix -r ,$^)
	@touch $@
