# Make is CI: `.ci/run` and the hosted workflow run these targets, word for word.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
CONSTRAINTS ?= constraints.txt
STAMP  := $(VENV)/.installed
RUN    := cd demo && ../$(BIN)/python -m spectramind

.PHONY: setup browser demo notebook images test lint repro docs coverage bench clean

setup: $(STAMP)

$(STAMP): pyproject.toml $(CONSTRAINTS)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint $(CONSTRAINTS) --editable '.[dev,torch,pipeline,docs]'
	touch $(STAMP)

# Frames with known truth, then the four lines of a Kaggle notebook, then the official score.
demo: setup
	rm -rf demo && mkdir demo
	$(RUN) simulate +paths.out=survey sim.train=3 sim.test=6 sim.decimate=10 sim.seed=7
	$(RUN) test --mode=fast +paths.input=survey
	$(RUN) predict model=v50 +data.split=test +runtime.kaggle=true +paths.input=survey +paths.out=output
	$(RUN) calibrate-temp +calib.corel=true +paths.out=output
	$(RUN) submit +submit.bundle=submission.zip +report.html=true
	$(RUN) validate submission.csv --sample survey/sample_submission.csv
	$(RUN) score submission.csv survey/truth/test.csv --train survey/train.csv
	@echo "open demo/output/report.html"

# The notebook as committed, run as Kaggle runs it: datasets, no network, limits; frames of the demo.
notebook: setup
	test -d demo/survey || $(MAKE) demo
	rm -rf demo/kaggle && mkdir demo/kaggle
	$(RUN) kaggle bundle model=v50 +paths.out=kaggle
	cp kaggle/notebook.ipynb kaggle/kernel-metadata.json demo/kaggle
	$(RUN) kaggle rehearse +paths.input=survey +paths.out=kaggle

# The notebook in fresh environments with what Kaggle's images hold: Python 3.12 and 3.13 as well.
images: setup
	$(BIN)/python -m bench images

# The pages are tested in a real browser. Where apt may not install one, those tests say so and skip;
# with CI=1 that is a failure.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null \
	|| command -v google-chrome >/dev/null || { \
		as_root=$$([ "$$(id -u)" = 0 ] || echo "sudo --non-interactive"); \
		$$as_root apt-get update --quiet=2 && $$as_root apt-get install --yes --quiet=2 chromium \
		|| echo "no Chromium here and none could be installed: tests in a browser will be skipped"; }

test: setup browser
	$(BIN)/python -m pytest

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The same way as `make demo` in stages that DVC knows; a second call finds nothing to do.
repro: setup
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/dvc repro
	$(BIN)/dvc status

docs: setup
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html

coverage: setup
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered

bench: setup
	$(BIN)/python -m bench

clean:
	rm -rf $(VENV) build dist demo stages docs/_build docs/reference/generated outputs logs .pytest_cache .mypy_cache .ruff_cache
