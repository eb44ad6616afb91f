# Two commands do all the set-up: `make demo` and `make test`. Both make .venv on first use and reuse it after.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: help venv demo test coverage check format lint types layers catalog docs unit bench screenshots lock clean

help:
	@echo "make demo         Wayline with a simulated hospital estate, live on http://127.0.0.1:8080"
	@echo "make test         every test (browser and Node tests skip with a reason where those are missing)"
	@echo "make coverage     the same, with what they did not reach"
	@echo "make check        format, lint, types, import layers, catalog, docs, unit tests"
	@echo "make bench        the benchmarks, one line a figure"
	@echo "make screenshots  docs/screenshots from a running demo"

$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable . --group dev
	touch $@

venv: $(STAMP)

demo: venv
	$(BIN)/wayline demo $(ARGS)

# What computes on every core, then what starts and kills processes, two at a time. 5: none of those asked for is of the kind.
test: venv
	$(BIN)/python -m pytest -m "not alone" --numprocesses logical --dist loadfile $(ARGS) || test $$? -eq 5
	$(BIN)/python -m pytest -m alone --numprocesses 2 --dist loadfile $(ARGS) || test $$? -eq 5

coverage: venv
	$(BIN)/python -m pytest --cov --cov-report=term-missing:skip-covered $(ARGS)

check: format lint types layers catalog docs unit

format: venv
	$(BIN)/ruff format --check .

lint: venv
	$(BIN)/ruff check .

types: venv
	$(BIN)/mypy

layers: venv
	$(BIN)/lint-imports

catalog: venv
	$(BIN)/wayline check

docs: venv
	$(BIN)/python -m pytest --quiet tests/contract

unit: venv
	$(BIN)/python -m pytest --quiet tests/unit

bench: venv
	@for script in tests/bench/bench_*.py; do echo "# $(BIN)/python $$script"; $(BIN)/python $$script || exit 1; done

screenshots: venv
	$(BIN)/python -m tests.e2e.take_screenshots $(ARGS)

# Writes constraints.txt from what is installed; run after changing a dependency and testing with it.
lock: venv
	$(BIN)/python -m pip freeze --all --exclude-editable --exclude wayline --exclude setuptools | LC_ALL=C sort --ignore-case > constraints.txt

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
