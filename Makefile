# Every way in: `make COMMAND` runs the file cli/commands/COMMAND.py. STACK is a row of stacks/environments.py;
# TARGET=sandbox runs any of them on the emulated account.
COMMANDS := $(subst _,-,$(notdir $(basename $(wildcard cli/commands/[a-z]*.py))))
# The interpreter itself: a program between make and the command would hide from it that make is gone.
RUN := .venv/bin/python
export PYTHONWARNINGS := ignore::DeprecationWarning,ignore::UserWarning
# Options reach the commands in the environment, as they were typed: neither make nor a shell reads their text.
OPTIONS := STACK TARGET CMD REGIONS FORMAT OUTPUT STATE AGAINST REPOSITORY NAME TEAM MANIFESTS VERSION CHARTS TO SERVICE
OPTIONS += VERDICTS ENVIRONMENT DRY KUBECONFIG PROMETHEUS POLICY PLAN FROM
OPTIONS += EVIDENCE DATE WRITE QUARTER FEEDBACK
$(foreach name,$(OPTIONS),$(if $(filter undefined,$(origin $(name))),,$(eval override export $(name) := $$(value $(name)))))

.DEFAULT_GOAL := help
.PHONY: help $(COMMANDS)

help: ## the commands, one line each
	@awk '/^"""/ && FNR == 1 { gsub(/"""/, ""); line = $$0 } \
		/^GROUP = / { split($$0, part, "\""); name = FILENAME; sub(/.*\//, "", name); sub(/\.py/, "", name); \
			gsub(/_/, "-", name); print part[2] "\t" sprintf("  make %-16s %s", name, line) }' \
		cli/commands/[a-z]*.py | sort | awk -F '\t' '$$1 != last { print $$1; last = $$1 } { print $$2 }'

$(COMMANDS): .venv/synced
	@$(RUN) -m cli $@

.venv/synced: pyproject.toml uv.lock .venv/bin/python
	@sh toolchain/uv.sh --check sync --frozen --quiet --compile-bytecode
	@touch $@

# An interpreter that is gone, or is another one, is a reason to sync.
.venv/bin/python: ;
