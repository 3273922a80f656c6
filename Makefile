# A fresh machine needs two commands: `make demo` and `make test`. Each makes the virtual environment by itself.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test check format docs pictures bench bench-payload bench-judging bench-frames bench-million fuzz clean shown
demo: $(VENV)/.installed
	$(BIN)/poc demo

test: $(VENV)/.tested
	$(BIN)/python -m pytest -n 2

check: $(VENV)/.tested
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m docs.generate --check

format: $(VENV)/.tested
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(VENV)/.tested
	$(BIN)/python -m docs.generate

pictures: $(VENV)/.tested
	$(BIN)/python -m docs.draw_pictures

# run every command in README and docs, and write the outputs shown there, notebooks and gallery anew
shown: $(VENV)/.tested
	$(BIN)/python -m docs.shown
	$(BIN)/python docs/notebooks/execute.py
	cd docs/gallery && for script in *.py; do MPLBACKEND=Agg ../../$(BIN)/python $$script || exit 1; done

fuzz: $(VENV)/.tested
	POC_FUZZ_EXAMPLES=5000 $(BIN)/python -m pytest tests/fuzz

bench-payload: $(VENV)/.tested
	$(BIN)/python benchmarks/payload.py

bench-judging: $(VENV)/.tested
	$(BIN)/python benchmarks/judging.py

bench-frames: $(VENV)/.tested
	$(BIN)/python benchmarks/frames.py

bench-million: $(VENV)/.tested
	$(BIN)/python benchmarks/million.py

.PHONY: bench-engine bench-detect
bench-detect: $(VENV)/.tested
	$(BIN)/python -m benchmarks.detect_scale

bench-engine: $(VENV)/.tested
	$(BIN)/python -m benchmarks.engine

bench: $(VENV)/.tested
	$(BIN)/python benchmarks/judging.py
	$(BIN)/python benchmarks/frames.py
	$(BIN)/python benchmarks/payload.py
	$(BIN)/python benchmarks/closed_forms.py
	$(BIN)/python benchmarks/itm.py --peers
	$(BIN)/python benchmarks/itm.py --memory
	$(BIN)/python -m benchmarks.engine
	$(BIN)/python benchmarks/p1812.py --peers
	$(BIN)/python -m benchmarks.explorer

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: set PYTHON=/path/to/python3.11") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV) || { echo "The venv module is missing: on Debian and Ubuntu, apt-get install python3-venv"; rm -rf $(VENV); exit 1; }

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.tested: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,geo,cluster,crypto,interop]'
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

.PHONY: bench-relocation fit-fusion study-detectors study-left-out study-adaptive
bench-relocation: $(VENV)/.tested
	$(BIN)/python -m benchmarks.relocation

fit-fusion: $(VENV)/.tested
	$(BIN)/python -m benchmarks.fit_fusion

study-left-out: $(VENV)/.tested
	$(BIN)/python -m benchmarks.fit_fusion --left-out

study-adaptive: $(VENV)/.tested
	$(BIN)/python -m benchmarks.adaptive

study-detectors: $(VENV)/.tested
	$(BIN)/python -m benchmarks.detection
