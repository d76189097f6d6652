# All project commands. Requires Python 3.11, make and git; everything else is installed into .venv.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
UV_VERSION := 0.13.9
# One process per core, at most four; TEST_WORKERS=0 runs the tests in the main process.
TEST_WORKERS ?= auto
# COVERAGE=1 also measures coverage and fails below the minimum; the run takes twice as long.
COVERAGE ?=

# The port of serve-mcp.
MCP_PORT ?= 8001

VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
TOOLS := $(BIN)/python -m tools
# Stamp files: the installation is repeated only when the lock file changes.
UV := $(VENV)/.uv-$(UV_VERSION)
SYNCED := $(VENV)/.synced

DEVELOPMENT := IMS_ENVIRONMENT=$${IMS_ENVIRONMENT:-development}
# The production settings for the checks, with an in-memory database and a temporary key.
PRODUCTION := IMS_ENVIRONMENT=production DATABASE_URL=sqlite://:memory: \
	SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))')"

.DEFAULT_GOAL := help
.PHONY: help setup demo test check serve lint fmt clean bench bench-peers mutation oracle examples openapi texts sdk sdk-test fuzz fuzz-short drills serve-mcp agents-trial evals screenshots drills-short test-pooled

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(SYNCED) ## Install the locked dependencies into .venv

demo: $(SYNCED) ## Load demo data, start the server and play an incident through it
	@mkdir -p var; file=$$(mktemp var/demo-XXXXXX); trap 'rm -f "$$file" "$$file"-*' EXIT; \
		IMS_ENVIRONMENT=development DATABASE_URL=sqlite:///$$file $(TOOLS) demo

test: $(SYNCED) ## Run all tests in random order; DATABASE_URL=postgres://... for PostgreSQL, COVERAGE=1 for coverage
	$(BIN)/python -m pytest -n $(TEST_WORKERS) --maxprocesses 4 --durations=10 $(if $(COVERAGE),--cov --cov-report=term)

check: $(SYNCED) lint ## Check style, types, layers, prose, migrations, deployment, schema and generated documents (requires Node 20)
	IMS_ENVIRONMENT=test $(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 0 tests/architecture/test_prose.py tests/architecture/test_migrations.py
	@mkdir -p var
	$(PRODUCTION) $(MANAGE) makemigrations --check --dry-run
	$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING
	$(PRODUCTION) $(MANAGE) spectacular --validate --fail-on-warn --file var/openapi.yaml
	$(PRODUCTION) $(TOOLS) policy_docs --check
	$(PRODUCTION) $(TOOLS) error_docs --check
	$(PRODUCTION) $(TOOLS) openapi --check
	$(PRODUCTION) $(TOOLS) texts --check
	cd tools/openapi-lint && npm ci --no-audit --no-fund --silent && npm run --silent redocly && npm run --silent spectral

serve: $(SYNCED) ## Serve on http://127.0.0.1:8000 (development environment unless IMS_ENVIRONMENT is set)
	$(DEVELOPMENT) $(MANAGE) migrate --noinput
	$(DEVELOPMENT) $(MANAGE) collectstatic --noinput --verbosity 0
	$(DEVELOPMENT) $(BIN)/gunicorn

serve-mcp: $(SYNCED) ## Serve software agents (MCP) on http://127.0.0.1:8001/mcp; same settings, database as for serve
	$(DEVELOPMENT) $(BIN)/uvicorn agents.asgi:application --host 127.0.0.1 --port $(MCP_PORT) --log-level warning

lint: $(SYNCED) ## Check formatting and lint rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

fmt: $(SYNCED) ## Format the code and apply safe lint fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

screenshots: $(SYNCED) ## Write pictures of the console into docs/screenshots (needs Chromium)
	IMS_ENVIRONMENT=development DATABASE_URL=sqlite://:memory: $(TOOLS) screenshots

examples: $(SYNCED) ## Run the tour and record the examples and recipes for the documentation
	IMS_ENVIRONMENT=test DATABASE_URL=sqlite://:memory: $(TOOLS) examples
	$(PRODUCTION) $(TOOLS) openapi

openapi: $(SYNCED) ## Write docs/openapi.json and list breaking changes
	$(PRODUCTION) $(TOOLS) openapi

texts: $(SYNCED) ## Write the catalogue of the console's texts
	$(PRODUCTION) $(TOOLS) texts

bench: $(SYNCED) ## Run the benchmarks, about 20 minutes (requires wrk, and DATABASE_URL of a PostgreSQL database)
	@status=0; for each in comparison growth memory analytics agents; do \
		$(BIN)/python -m benchmarks.$$each || status=1; done; exit $$status

bench-peers: $(SYNCED) ## Compare with Argus and idiomatic DRF, about 10 minutes (as bench; installs Argus from PyPI into var/)
	$(BIN)/python -m benchmarks.peers_comparison

sdk: $(SYNCED) ## Generate the Python and TypeScript clients from the OpenAPI description (requires Node 18)
	@mkdir -p var
	IMS_ENVIRONMENT=test $(MANAGE) spectacular --validate --fail-on-warn --format openapi-json --file var/openapi.json
	$(BIN)/python sdk/python/description.py var/openapi.json var/openapi.python.json
	$(BIN)/openapi-python-client generate --path var/openapi.python.json --config sdk/python/openapi-python-client.yaml \
		--meta none --output-path sdk/python/ims_client --overwrite --fail-on-warning
	@touch sdk/python/ims_client/py.typed
	cd sdk/typescript && npm ci --no-audit --no-fund --silent && npm run --silent generate && npm run --silent build

sdk-test: sdk ## Type-check both clients and test them against a live server
	MYPYPATH=sdk/python $(BIN)/mypy --config-file sdk/python/pyproject.toml sdk/python/ims_client sdk/python/ims_sdk sdk/python/description.py sdk/tests
	cd sdk/typescript && npm run --silent check
	PYTHONPATH=sdk/python $(BIN)/python -m pytest sdk/tests

ORACLE_STEPS ?= 100000
ORACLE_SEED ?= 1

oracle: $(SYNCED) ## Compare the product with an independent model of the policy, step by step; DATABASE_URL for PostgreSQL
	$(BIN)/python -m tests.oracle --steps $(ORACLE_STEPS) --seed $(ORACLE_SEED)

MUTATION_SAMPLE ?= 1

mutation: $(SYNCED) ## Change the modules that state the policy's rules, one detail at a time: 85 % must be noticed by a test
	$(BIN)/python -m tests.mutation --sample $(MUTATION_SAMPLE)

TRIAL_TRAJECTORIES ?= 10000
TRIAL_SEED ?= 1

agents-trial: $(SYNCED) ## Let scripted adversaries call the tools of agents, and count breaches; DATABASE_URL for PostgreSQL
	$(BIN)/python -m tests.agents.trial --trajectories $(TRIAL_TRAJECTORIES) --seed $(TRIAL_SEED)

EVALS_AGENT ?= $(BIN)/python -m evals.agent reference
EVALS_TRIALS ?= 4

evals: $(SYNCED) ## Score an agent by 60 tasks; EVALS_AGENT='command of an MCP client' (see docs/evals.md)
	$(BIN)/python -m evals --agent "$(EVALS_AGENT)" --trials $(EVALS_TRIALS)

FUZZ_SEED ?= 1
FUZZ_EXAMPLES ?= 20

fuzz: $(SYNCED) ## Fuzz every operation, about an hour; DATABASE_URL=postgres://... for PostgreSQL; FUZZ_SEED=n
	$(BIN)/python -m tests.fuzz --seed $(FUZZ_SEED) --examples $(FUZZ_EXAMPLES) --at-least 5000

fuzz-short: $(SYNCED) ## Fuzz for two minutes with a fixed seed
	env -u DATABASE_URL $(BIN)/python -m tests.fuzz --seed 1 --examples 4 --phases fuzzing --in-sequences 200

DRILLS ?=

drills: $(SYNCED) ## Carry out the drills on clusters of their own (needs Debian's postgresql; DRILLS=crash,freeze selects)
	$(BIN)/python -m tests.drills $(if $(DRILLS),--only $(DRILLS))

POOLED := tests/core/test_transactions.py tests/core/test_locking.py tests/core/test_idempotency.py \
	tests/core/test_compiled.py tests/core/test_reading_tables.py tests/incidents/test_concurrency.py \
	tests/incidents/test_events_at_once.py tests/resolution/test_concurrency.py tests/clients/test_agree_at_once.py \
	tests/users/test_at_once.py tests/audit/test_chain.py tests/audit/test_cursor_feed.py

test-pooled: $(SYNCED) ## Run the core of the suite through PgBouncer (needs Debian's pgbouncer and DATABASE_URL)
	IMS_TEST_POOLER=1 $(BIN)/python -m pytest -n $(TEST_WORKERS) --maxprocesses 4 $(POOLED)

drills-short: $(SYNCED) ## Carry out a short form of most drills, in a few minutes
	$(BIN)/python -m tests.drills --short

clean: ## Remove the environment and all caches, but not the data in var/
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .coverage .coverage.* htmlcov

# `--inexact` keeps uv itself installed.
$(SYNCED): $(UV) uv.lock pyproject.toml
	VIRTUAL_ENV= UV_PROJECT_ENVIRONMENT=$(VENV) UV_PYTHON_DOWNLOADS=never $(BIN)/uv sync --locked --inexact --no-install-project --extra dev --extra pdf --extra serve --extra agents
	@touch $@

$(UV):
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer with the venv module is required (on Debian: apt-get install python3-venv)" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@
