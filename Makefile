# Everything that people and CI do with this repository. `make help` lists it.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

STUDY ?= smoke
STORE ?= store
SOURCE ?=
WORKERS ?=
VENV := .venv
STAMP := $(VENV)/.installed

# The first Python on the path that will do; PYTHON=/path/to/python overrides.
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	if $$p -c '$(SUPPORTED)' 2>/dev/null; then echo $$p; break; fi; done)

.PHONY: help setup study test test-fast lint format bench lock clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14
	@echo
	@echo "Variables: STUDY=$(STUDY) STORE=$(STORE) SOURCE=$(SOURCE) WORKERS=$(WORKERS) PYTHON=$(PYTHON)"

setup: $(STAMP) ## Make .venv from the locked requirements; instant when nothing changed

$(STAMP): tests/requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ] || ! "$(PYTHON)" -c '$(SUPPORTED)' 2>/dev/null; then \
		echo "setup: needs Python 3.11, 3.12 or 3.13; found $$("$(or $(PYTHON),python3)" --version 2>&1 | head -n 1)." \
			"Install one, or name it: make setup PYTHON=/path/to/python3.13" >&2; exit 2; fi
	@if ! "$(PYTHON)" -c 'import venv, ensurepip' 2>/dev/null; then \
		echo "setup: $(PYTHON) lacks the venv module; on Debian: apt-get install python3-venv" >&2; exit 2; fi
	"$(PYTHON)" -m venv $(VENV)
	$(VENV)/bin/python -m pip install --disable-pip-version-check --no-input --require-hashes -r tests/requirements.lock
	$(VENV)/bin/python -m pip install --disable-pip-version-check --no-input --no-deps --no-build-isolation -e .
	@touch $@

study: setup ## Run a study on this machine: make study [STUDY=cpu] [SOURCE=fer2013.zip] [STORE=store] [WORKERS=2]
	$(VENV)/bin/fer run "$(STUDY)" --store "$(STORE)" $(if $(SOURCE),--source "$(SOURCE)") $(if $(WORKERS),--workers $(WORKERS))

# Files of tests go on beside each other: most tests use one core.
BESIDE := --numprocesses=2 --dist=loadfile

test: lint ## Lint, types, and every test that this machine can run
	$(VENV)/bin/python -m pytest $(BESIDE)

test-fast: lint ## Lint, types, and the tests that take less than five seconds each
	$(VENV)/bin/python -m pytest $(BESIDE) -m "not slow"

lint: setup ## Check style, formatting and types
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy

.PHONY: validate

validate: setup ## Check manifests/ and argo/: rendered, golden files, schema, argo lint, dry run [OPTIONS=--update, --strict]
	$(VENV)/bin/python -m tests.manifests.validate $(OPTIONS)

format: setup ## Format the sources, and fix what ruff can fix
	$(VENV)/bin/ruff format
	$(VENV)/bin/ruff check --fix

# Where kubectl knows of no cluster, that of `make cluster-up` is meant.
NODE := /var/tmp/fer-node/kubeconfig
ifeq ($(KUBECONFIG)$(wildcard $(HOME)/.kube/config),)
ifneq ($(wildcard $(NODE)),)
export KUBECONFIG := $(NODE)
export PATH := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/fer-node/bin:$(PATH)
endif
endif

.PHONY: image image-load cluster-up cluster-down deploy grid local-stage need-argo rerun test-cluster

image: ## Build the image for all stages: make image [ENGINE=podman] [BASE=debootstrap] [WITH_COMPILER=1]
	images/build

image-load: ## Load it into the current context's kind, minikube or local node, or into TARGET=
	images/load

# The local node needs root, building it does not.
SUDO := $(if $(filter-out 0,$(shell id -u)),sudo)

cluster-up: setup ## Boot a Kubernetes node with Argo on this machine, without Docker; builds what is missing
	tests/cluster/node/build
	tests/cluster/node/pack-s3 $(VENV)/bin/weed
	$(SUDO) tests/cluster/node/up

cluster-down: ## End that node; its images stay
	$(SUDO) tests/cluster/node/down

STAGES := prepare plan train-evaluator train-gan generate assess train report

# A wrong STAGE is told before anything is applied.
ifneq ($(filter local-stage,$(MAKECMDGOALS)),)
ifeq ($(filter $(STAGES),$(STAGE)),)
$(error local-stage: STAGE=$(STAGE) is no stage; give one of: $(STAGES))
endif
endif

deploy: ## Install manifests/overlays/local into the current context, a local cluster's [CONTEXT=another], and the image
	@command -v kubectl >/dev/null || { echo "deploy: needs kubectl, or a node, which brings one: make cluster-up" >&2; exit 2; }
	@context=$$(kubectl config current-context 2>/dev/null) || context=; case "$$context" in \
		fer-node | kind-* | minikube* | "$(or $(CONTEXT),fer-node)") ;; \
		"") echo "deploy: kubectl has no current context; set one, or start a node with: make cluster-up" >&2; exit 2 ;; \
		*) echo "deploy: the current context, $$context, is no local cluster's, and development settings would replace what is" \
			"there; where that is meant: CONTEXT=$$context" >&2; exit 2 ;; esac
	kubectl apply --kustomize manifests/overlays/local
	tests/cluster/has-image || images/load
	kubectl --namespace fer rollout status statefulset/s3 --timeout 5m

grid: setup deploy ## Run a study on that cluster and follow it: make grid [STUDY=smoke] [SOURCE=drawn] [PACK=10]
	$(VENV)/bin/fer submit "$(STUDY)" --source "$(SOURCE)" $(if $(PACK),--pack $(PACK)) --watch

local-stage: setup deploy ## One stage as one pod there: make local-stage STAGE=train [EVALUATOR= GENERATOR= CLASSIFIER= RATIO= VOLUME= SEED=]
	$(VENV)/bin/fer submit "$(STUDY)" --source "$(SOURCE)" --stage "$(STAGE)" --evaluator "$(EVALUATOR)" \
		--generator "$(GENERATOR)" --classifier "$(CLASSIFIER)" --ratio "$(RATIO)" --volume "$(VOLUME)" --seed "$(SEED)" --follow

need-argo:
	@command -v argo >/dev/null || { echo "needs argo, Argo's command line; the node of make cluster-up brings one" >&2; exit 2; }

rerun: setup need-argo deploy ## Run there, now, what argo/rerun.yaml runs on schedule, and follow it
	name=$$(argo submit --namespace fer --from cronworkflow/fer-rerun --output name); $(VENV)/bin/fer watch "$$name"

test-cluster: setup need-argo deploy ## Try everything on that cluster, which the tests disturb [TESTS=tests/cluster/test_grid.py]
	FER_TEST_CLUSTER=1 $(VENV)/bin/python -m pytest -m cluster -s --durations=20 $(or $(TESTS),tests/cluster)

bench: setup ## Run the benchmarks; each ends with one JSON line
	for file in tests/benchmarks/*.py; do echo "== $$file"; $(VENV)/bin/python -m "tests.benchmarks.$$(basename "$$file" .py)"; done

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

lock: ## Renew the locked requirements (needs uv); they hold versions and hashes, no index address
	@command -v uv >/dev/null || { echo "lock: needs uv; install it with: pipx install uv" >&2; exit 2; }
	$(LOCK) pyproject.toml --output-file images/requirements.lock
	$(LOCK) pyproject.toml --extra dev --constraint images/requirements.lock --output-file tests/requirements.lock

clean: ## Remove the virtual environment and caches; stores stay
	rm -rf $(VENV) build ./*.egg-info .mypy_cache .ruff_cache .pytest_cache
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
