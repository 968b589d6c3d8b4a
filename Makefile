# make report | test | thorough | lint | lab | bench | golden | env
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: env report test thorough lint lab bench golden clean

env: $(READY)

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "cxresearch needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	$(BIN)/jupyter kernelspec install --sys-prefix --log-level=WARN --name cxresearch cxresearch/report/kernels/spec
	touch $(READY)

report: $(READY)
	$(BIN)/cxresearch run params/example.yml

# tests run side by side: more threads of linear algebra than processors slow them down
test: export OMP_NUM_THREADS := 1
test: export OPENBLAS_NUM_THREADS := 1
test: $(READY)
	$(BIN)/python -m pytest -n 2 -m "not thorough"

# what takes minutes: runs that are killed, disks that fill up, clusters
thorough: $(READY)
	$(BIN)/python -m pytest -n 2 -m thorough

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lab: $(READY)
	$(BIN)/jupyter lab --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/notebooks

bench: $(READY)
	for one in benchmarks/*.py; do $(BIN)/python $$one || exit 1; done

golden: $(READY)
	for one in tests/golden/*/make.py; do $(BIN)/python $$one || exit 1; done

clean:
	rm -rf $(VENV) build dist *.egg-info
