# `make demo` shows it, `make test` tests it. Everything goes into .venv.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
.DEFAULT_GOAL = help
.PHONY: help demo test test-fast test-all check benchmark benchmark-modem load format lock clean

help:
	@echo 'make demo      try it: the real program on a simulated PBX and modem'
	@echo 'make test      all tests; real Asterisk and real browser where they can be had'
	@echo 'make test-all  the same, and it fails where they cannot be had'
	@echo 'make test-fast without real Asterisk and browser'
	@echo 'make check     ruff, mypy --strict, import-linter'
	@echo 'make benchmark  events per second, beside panoramisk and cacofonisk'
	@echo 'make benchmark-modem  from the Hangup to the modem, beside gammu-smsd'
	@echo 'make load      300 calls a second on a real Asterisk for 30 s'
	@echo 'make format    let ruff format the code'
	@echo 'make lock      renew requirements*.lock from pyproject.toml'

demo: $(VENV)/.runs
	@$(BIN)/textback demo

test: $(VENV)/.tests
	$(BIN)/pytest

test-all: $(VENV)/.tests
	TEXTBACK_INSIST=1 $(BIN)/pytest

test-fast: $(VENV)/.tests
	$(BIN)/pytest -m 'not asterisk and not browser'

check: $(VENV)/.tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

benchmark: $(VENV)/.tests
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps cacofonisk==0.7.10
	$(BIN)/python -m benchmarks.calls $(CAPTURES)

benchmark-modem: $(VENV)/.tests
	$(BIN)/python -m benchmarks.latency

load: $(VENV)/.tests
	$(BIN)/python -m benchmarks.load

format: $(VENV)/.tests
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# What the program needs, then what its developers need: hashes pin both.
$(VENV)/.runs: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.tests: $(VENV)/.runs requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

lock: $(VENV)/.tests
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile $(LOCK) --extra build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile $(LOCK) --extra build --extra dev pyproject.toml -o requirements-dev.lock
LOCK = --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --upgrade

clean:
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
