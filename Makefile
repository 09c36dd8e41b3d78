# `make run` and `make test` set themselves up in .venv; uv is used where it is installed, else venv and pip.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test test-dynamodb soak storm bench bench-rules lint pins requirements schema docs screenshots build clean

run: .venv/.run
	@$(BIN)/hookline run

test: .venv/.dev
	$(BIN)/pytest

# The log on Amazon's DynamoDB Local as well as on moto; needs Java and npm.
test-dynamodb: .venv/.dev
	$(BIN)/pytest -m dynamodb

# 10,000 messages over 50 chats against a provider that is wrong each fifth time, the worker killed 25 times.
soak: .venv/.dev
	$(BIN)/python -m tests.soak.soak

# 500 alerts in ten seconds to two phones whose line takes four texts in a row: as it is, without a pace, switched off.
storm: .venv/.dev
	$(BIN)/python -m tests.soak.storm

# What is deployed beside the least that any version would have to do, and beside how most would write it: one table,
# and what was last. Then bursts, simulated with those times. Ten minutes; needs sam and python3.13, and a quiet machine.
bench: .venv/.dev
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench.bursts

# Two hundred rules: loading, an event, the commands; beside them the same rules on Jinja2 and jmespath. One minute.
# Then how soon each kind's sender is answered, beside how long it waits.
bench-rules: .venv/.dev
	$(BIN)/python -m tests.bench.rules
	$(BIN)/python -m tests.bench.answers

lint: .venv/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

# Raises the pins to what goes together a week after its release; then their hashes. Needs uv.
pins: .venv/.dev
	$(BIN)/python -m local.pins
	$(MAKE) requirements

# The layer's requirements with hashes, from the pins in pyproject.toml; and those of the pipeline's own tools.
requirements:
	uv pip compile --quiet --python-platform aarch64-manylinux_2_34 --python-version 3.13 --generate-hashes --no-header --no-annotate \
		--output-file functions/layer/requirements.txt pyproject.toml
	uv pip compile --quiet --python-platform x86_64-manylinux_2_34 --python-version 3.13 --generate-hashes --no-header --no-annotate \
		--only-binary :all: --output-file .ci/tools.txt .ci/tools.in

# What editors complete and check the rules file with, from the models.
schema: .venv/.dev
	$(BIN)/python -m local.schema

# What of the pages is made from what it is about.
docs: .venv/.dev
	$(BIN)/python -m local.rules_reference
	$(BIN)/python -m local.commands_reference

# The pictures in docs/images, from the running page; look at what it took.
screenshots: .venv/.dev
	$(BIN)/python -m tests.screenshots

# What is deployed, with every hash of the layer's requirements checked; ARCHITECTURE=x86_64 for the other processor.
build:
	sam validate --lint
	ARCHITECTURE=$(ARCHITECTURE) ./.ci/build

clean:
	rm -rf .venv .aws-sam

.venv/.run: pyproject.toml
	@PYTHON="$(PYTHON)" ./.ci/setup local
	@touch $@

.venv/.dev: pyproject.toml
	@PYTHON="$(PYTHON)" ./.ci/setup dev
	@touch $@ .venv/.run
