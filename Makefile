# Everything a person does with Plantain. `make help` lists it.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PY := .venv/bin/python
# Exactly the locked packages, nothing resolved, nothing taken that is not in the list.
INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes

# As given: make itself must not read a "$$" in a prompt.
ifneq ($(origin PROMPT), undefined)
override PROMPT := $(value PROMPT)
export PROMPT
endif

.PHONY: help demo up key need-name test bench lint openapi format lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  \033[1mmake %-8s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/local .build/vendor/done ## make one image on this machine (PROMPT="…", KIE=real asks Kie.ai itself, YES=1 agrees to its price)
	@$(PY) -m local demo --prompt "$${PROMPT:-}" --kie "$${KIE:-twin}" $(if $(YES),--yes) $(if $(LOGS),--logs)

up: .venv/local .build/vendor/done ## keep everything running and say how to call it (KIE=real, STATE=dir keeps what it makes, LOGS=1)
	@$(PY) -m local up --kie "$${KIE:-twin}" $(if $(STATE),--state "$(STATE)") $(if $(LOGS),--logs)

key: need-name .venv/local ## make an API key for a caller and show it once (NAME=alice, STACK=name for a stack in AWS)
	@$(PY) -m local key "$$NAME" $(if $(STACK),--stack "$(STACK)")

need-name:
	@[ -n "$$NAME" ] || { echo "Give the caller a name: make key NAME=alice" >&2; exit 1; }

test: .venv/dev .build/vendor/done ## every test
	@$(PY) -m pytest -n 2 $(ARGS)

bench: .venv/dev .build/vendor/done ## what it costs in time, memory and steps, beside figures of the same run (ARGS="imports storing")
	@$(PY) -m tests.bench $(ARGS)

lint: .venv/dev ## ruff, mypy, cfn-lint
	@$(PY) -m ruff check . && $(PY) -m ruff format --check . && $(PY) -m mypy && .venv/bin/cfn-lint template.yaml
	@echo "lint: nothing to mend"

openapi: .venv/dev ## write the API's description anew, from the code
	@PYTHONPATH=layers/plantain $(PY) -m scripts.openapi

format: .venv/dev ## put the code in its form
	@$(PY) -m ruff check --quiet --fix . ; $(PY) -m ruff format .

lock: .venv/dev ## write requirements anew from what they are made of (*.in), with hashes
	@for name in requirements/dev requirements/local layers/vendor/requirements; do \
		.venv/bin/uv pip compile --quiet --universal --python-version 3.13 --generate-hashes --no-emit-index-url \
			--no-annotate --no-header $$([ $$name = requirements/dev ] || echo "-c requirements/dev.txt") \
			$(if $(UPGRADE),--upgrade) -o $$name.txt $$name.in || exit 1; \
	done

clean: ## remove what was made here, but the pictures under out/
	rm -rf .venv .build .local .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/pyvenv.cfg: .python-version
	@sh scripts/make-venv.sh

.venv/local: .venv/pyvenv.cfg requirements/local.txt client/pyproject.toml
	@echo "Installing what the local cloud needs (once)…"
	@$(INSTALL) -r requirements/local.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-index --no-build-isolation -e client
	@touch $@

.venv/dev: .venv/local requirements/dev.txt
	@echo "Installing what tests and checks need (once)…"
	@$(INSTALL) -r requirements/dev.txt
	@touch $@

# The layer as Lambda gets it: packages under python/.
.build/vendor/done: .venv/local layers/vendor/requirements.txt
	@rm -rf .build/vendor
	@$(INSTALL) --no-compile --target .build/vendor/python -r layers/vendor/requirements.txt
	@$(PY) -m compileall -q --invalidation-mode unchecked-hash .build/vendor/python
	@touch $@
