# Every way in. STACK is sandbox, dev, staging or production; TARGET=sandbox runs any of them on the emulated account.
STACK ?= sandbox
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/nationgraph-platform
UV_VERSION := 0.13.9
UV := $(or $(shell command -v uv 2>/dev/null),$(CACHE)/uv-$(UV_VERSION)/bin/uv)
RUN := $(UV) run --frozen --quiet
export PYTHONWARNINGS := ignore::DeprecationWarning,ignore::UserWarning

.DEFAULT_GOAL := help
.PHONY: help up preview down repair drift reach audit-rotation env clean test check scan bench prove

help: ## these lines
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

up: .venv ## deploy STACK with the policy pack enforced (default: the sandbox)
	@$(RUN) python -m cli up --stack $(STACK)

preview: .venv ## what would change in STACK, by component, with policy findings
	@$(RUN) python -m cli preview --stack $(STACK)

drift: .venv ## what in the account differs from STACK's state, and whether the policies allow it
	@$(RUN) python -m cli drift --stack $(STACK)

repair: .venv ## settle what an interrupted run of STACK left open
	@$(RUN) python -m cli repair --stack $(STACK)

down: .venv ## destroy STACK and stop the emulated account; protected resources refuse
	@$(RUN) python -m cli down --stack $(STACK)

audit-rotation: .venv ## the age of every secret of STACK's account, and which are stuck; REGIONS, FORMAT=json or junit, OUTPUT
	@$(RUN) python -m cli audit-rotation --stack $(STACK) $(REGIONS:%=--region %) \
		$(addprefix --format ,$(FORMAT)) $(addprefix --output ,$(OUTPUT))

env: .venv ## run CMD with the secrets of catalog/command_environment.yaml in its environment; no file, no shell
	@$(RUN) python -m cli env --stack $(STACK)

reach: .venv ## who can reach what in STACK, hop by hop; FORMAT=markdown or json, STATE and AGAINST=exported states
	@$(RUN) python -m cli reach --stack $(STACK) $(addprefix --format ,$(FORMAT)) \
		$(addprefix --state ,$(STATE)) $(addprefix --against ,$(AGAINST))

clean: .venv ## stop every emulated account and remove .sandbox/
	@$(RUN) python -m cli clean

test: .venv ## every tier of tests, with the coverage gates
	@$(RUN) python -m tests.run

check: .venv ## linters, types, schemas, secrets, workflows
	@$(RUN) pre-commit run --all-files

scan: .venv ## secrets in history, insecure code, workflows, vulnerable dependencies; REPOSITORY=path for another one
	@$(RUN) python -m reports.scan.scan $(if $(CI),--complete) $(if $(REPOSITORY),--repository $(REPOSITORY))

bench: .venv ## the cost of preview, policy pack and reachability, as ratios
	@$(RUN) python -m tests.bench
	@$(RUN) python -m tests.bench.reach

prove: .venv ## compare the reachability solver with trying every packet, on thousands of random stacks
	@NATIONGRAPH_SLOW=1 $(RUN) python -m pytest tests/policy/reachability/test_proof.py -q -s

.venv: pyproject.toml uv.lock $(UV)
	@$(UV) sync --frozen --quiet --compile-bytecode
	@touch .venv

$(CACHE)/uv-$(UV_VERSION)/bin/uv:
	@echo "Fetching uv $(UV_VERSION) from PyPI"
	@python3 -m venv $(CACHE)/uv-$(UV_VERSION) || { echo "python3 -m venv failed: install python3-venv"; exit 1; }
	@$(CACHE)/uv-$(UV_VERSION)/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
