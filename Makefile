# Everything a person does with Plantain. `make help` lists it.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh
PY := .venv/bin/python
# That of the machine, which makes the environments.
PYTHON ?= $(shell sh scripts/python.sh)
# First line of what needs them: brings files that are made further down, one make at a time.
PREPARE := @sh scripts/prepare.sh
INSTALL = @$(PYTHON) -m scripts.install
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check --no-deps
# Exactly the locked packages, nothing resolved, nothing taken that is not in the list.
LOCKED := --require-hashes -r

# SAM looks for python3.13 on the path and finds that of its own environment. It would tell AWS of each run.
SAM := SAM_CLI_TELEMETRY=0 PATH="$(CURDIR)/.tools/sam/bin:$$PATH" .tools/sam/bin/sam
AWS := .tools/sam/bin/python -m scripts
# Told by .checkov.yaml to look at the template alone: nothing is fetched, nothing sent.
CHECKOV := CKV_SKIP_PACKAGE_UPDATE_CHECK=true .tools/checkov/bin/checkov
THIS_ARCH := $(if $(filter arm64 aarch64,$(shell uname -m)),arm64,x86_64)

# As given: make itself must not read a "$$" in them. They reach the programs through the environment, because
# the shell would read what stands in a recipe's text.
define as-given
ifneq ($$(origin $1), undefined)
override $1 := $$(value $1)
export $1
endif
endef
$(foreach name,PROMPT NAME STACK STATE STAGE ARCH PARAMETERS ARGS,$(eval $(call as-given,$(name))))

.PHONY: help demo demo-drop up aws-cli key need-name build deploy delete kie-key need-stage test test-slow coverage bench lint openapi format lock clean

help: ## this list
	@if [ -t 1 ] && [ -z "$${NO_COLOR+x}" ]; then bold=1; fi; \
	awk -F ':.*## ' -v bold="$${bold:-}" '/^[a-z-]+:.*## / { \
		name = sprintf("make %-10s", $$1); \
		printf "  %s %s\n", bold ? "\033[1m" name "\033[0m" : name, $$2 }' $(MAKEFILE_LIST)

demo: ## make one image on this machine (PROMPT="…", KIE=real asks Kie.ai itself, YES=1 agrees to its price)
	$(PREPARE) .venv/local .build/vendor/done
	@exec $(PY) -m local demo --prompt "$${PROMPT:-}" --kie "$${KIE:-twin}" $(if $(YES),--yes) $(if $(LOGS),--logs)

demo-drop: ## drop a photo, a text, a list and a schedule into what `make up` keeps running, or else into a stack of its own
	$(PREPARE) .venv/local .build/vendor/done .tools/aws/done
	@exec $(PY) -m local demo-drop $(if $(YES),--yes) $(if $(LOGS),--logs)

up: ## keep everything running and say how to call it (KIE=real, STATE=dir keeps what it makes, PARAMETERS="Name=value …", LOGS=1)
	$(PREPARE) .venv/local .build/vendor/done
	@exec $(PY) -m local up --kie "$${KIE:-twin}" $${STATE:+--state "$$STATE"} --parameters="$${PARAMETERS:-}" $(if $(LOGS),--logs)

aws-cli: ## bring the AWS CLI along, for dropping files into what runs here
	$(PREPARE) .tools/aws/done

key: need-name ## make an API key for a caller and show it once (NAME=alice, STACK=name for a stack in AWS)
	$(PREPARE) .venv/local
	@$(PY) -m local key "$$NAME" $${STACK:+--stack "$$STACK"}

need-name:
	@[ -n "$$NAME" ] || { echo "Give the caller a name: make key NAME=alice" >&2; exit 1; }

build: ## build for AWS into .aws-sam/build (ARCH=x86_64; arm64 by default)
	$(PREPARE) .tools/sam/done
	@$(AWS).build $${ARCH:+--arch "$$ARCH"} $${STAGE:+--stage "$$STAGE"}

deploy: need-stage build ## build, deploy and say how to call it (STAGE=dev or prod; PARAMETERS="Name=value Other='a b'", ARGS=… for sam deploy)
	@$(AWS).deploy "$$STAGE" --parameters="$${PARAMETERS:-}" --arguments="$${ARGS:-}"

kie-key: need-stage ## ask for Kie.ai's API key, or read it from standard input, and keep it in the stage's secret (YES=1 overwrites one of your own)
	$(PREPARE) .tools/sam/done
	@$(AWS).kie_key "$$STAGE" $(if $(YES),--yes)

delete: need-stage ## delete a stage; its images and what lies in its inbox stay (STAGE=…, YES=1 agrees beforehand)
	$(PREPARE) .tools/sam/done
	@$(AWS).delete "$$STAGE" $(if $(YES),--yes)

need-stage:
	@[ -n "$${STAGE:-}" ] || { echo "Say which stage: STAGE=dev or STAGE=prod (samconfig.toml has them)" >&2; exit 1; }
	@stages=$$(sed -n 's/^\[\([^.]*\)\.deploy\.parameters\].*/\1/p' samconfig.toml); \
	printf '%s\n' "$$stages" | grep -qxF -e "$$STAGE" || { \
		printf "samconfig.toml has no stage '%s': it has %s.\n" "$$STAGE" "$$(echo $$stages | sed 's/ /, /g')" >&2; exit 1; }

# Beside one another on two cores; who has no tests left takes over some of the other's.
PYTEST := $(PY) -m pytest -n 2 --dist worksteal
# What runs whole state machines, needs the embedded AWS, or repeats thousands of times.
SLOW := tests/workflow tests/e2e tests/local/test_aws_emulator.py tests/local/test_aws_mends.py tests/local/test_aws_pool.py tests/crashes/test_many_rings.py

test: ## the tests of all but state machines and the embedded AWS (ARGS="tests/unit -k budget")
	$(PREPARE) .venv/dev .build/vendor/done
	@$(PYTEST) $(SLOW:%=--ignore=%) $(ARGS)

test-slow: ## the state machines, the embedded AWS, the whole path in it on the very artifacts of `sam build`, and 2,400 schedules of crashes
	$(PREPARE) .venv/dev .build/vendor/done .tools/aws/done
	@$(MAKE) --no-print-directory build ARCH=$(THIS_ARCH)
	@PLANTAIN_TEMPLATE=.aws-sam/build/template.yaml CRASH_SCHEDULES=2400 $(PYTEST) $(or $(ARGS),$(SLOW) tests/crashes/test_crashes.py tests/scripts/test_deploy.py)

coverage: ## which branches of layers/ and functions/ the tests of `make test` do not take: 5 % at the most
	$(PREPARE) .venv/dev .build/vendor/done
	@$(PYTEST) --cov $(SLOW:%=--ignore=%)

bench: ## what it costs in time, memory and steps, beside figures of the same run (ARGS="imports storing")
	$(PREPARE) .venv/dev .build/vendor/done
	@$(PY) -m tests.bench $(ARGS)

lint: ## ruff, mypy, cfn-lint, sam validate, checkov
	$(PREPARE) .venv/dev .tools/sam/done .tools/checkov/done
	@$(PY) -m ruff check . && $(PY) -m ruff format --check . && $(PY) -m mypy && .venv/bin/cfn-lint template.yaml
	@$(SAM) validate --region us-east-1  # its --lint would run the same cfn-lint once more
	@$(CHECKOV)
	@echo "lint: nothing to mend"

openapi: ## write the API's description anew, from the code
	$(PREPARE) .venv/dev
	@PYTHONPATH=layers/plantain $(PY) -m scripts.openapi

format: ## put the code in its form
	$(PREPARE) .venv/dev
	@$(PY) -m ruff check --quiet --fix . ; $(PY) -m ruff format .

lock: ## write requirements anew from what they are made of (*.in), with hashes
	$(PREPARE) .venv/dev
	@for name in requirements/dev requirements/local layers/vendor/requirements requirements/sam requirements/aws requirements/checkov; do \
		case $$name in */local|*/vendor/*) with="-c requirements/dev.txt";; *) with="";; esac; \
		$(PY) -m uv pip compile --quiet --universal --python-version 3.13 --generate-hashes --no-emit-index-url \
			--no-annotate --no-header $$with \
			$(if $(UPGRADE),--upgrade) -o $$name.txt $$name.in || exit 1; \
	done

clean: ## remove what was made here, but the pictures under out/
	rm -rf .venv .tools .aws-sam .build .local .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/pyvenv.cfg: .python-version
	$(INSTALL) .venv $(PYTHON) -m venv --clear .venv

.venv/local: .venv/pyvenv.cfg requirements/local.txt client/pyproject.toml
	@echo "Installing what the local cloud needs (once)…"
	$(INSTALL) .venv $(PY) $(PIP_INSTALL) $(LOCKED) requirements/local.txt
	$(INSTALL) .venv $(PY) $(PIP_INSTALL) --no-index --no-build-isolation -e client
	@touch $@

.venv/dev: .venv/local requirements/dev.txt
	@echo "Installing what tests and checks need (once)…"
	$(INSTALL) .venv $(PY) $(PIP_INSTALL) $(LOCKED) requirements/dev.txt
	@touch $@

# Tools that pin what we pin otherwise: each in an environment of its own. uv does in 3 s what takes pip 60.
.tools/%/done: requirements/%.txt .python-version
	@echo "Installing $* (once)…"
	$(INSTALL) .tools/$* $(PYTHON) -m venv --clear .tools/$*
	@if [ -e .venv/dev ]; then \
		set -- $(PY) -m uv pip install --quiet --python .tools/$*/bin/python --no-deps; \
	else \
		set -- .tools/$*/bin/python $(PIP_INSTALL); \
	fi; \
	$(INSTALL:@%=%) .tools/$* "$$@" $(LOCKED) $<
	@touch $@

# The layer as Lambda gets it, but for this machine. MAKE_COMMAND: with MAKE it would run when make is only asked.
.build/vendor/done: .venv/local layers/vendor/requirements.txt layers/vendor/Makefile
	@rm -rf .build/vendor
	$(INSTALL) .build/vendor $(MAKE_COMMAND) --silent -C layers/vendor build-VendorLayer ARCH=native \
		ARTIFACTS_DIR="$(CURDIR)/.build/vendor" PYTHON="$(CURDIR)/$(PY)"
	@touch $@
