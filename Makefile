# Make is CI: `.ci/run` and the hosted workflow run these targets, word for word.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
RUN    := cd demo && ../$(BIN)/python -m spectramind

.PHONY: setup demo test lint bench clean

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev,torch]'
	touch $(STAMP)

# Frames with known truth, then the four lines of a Kaggle notebook, then the official score.
demo: setup
	rm -rf demo && mkdir demo
	$(RUN) simulate +paths.out=survey sim.train=3 sim.test=6 sim.decimate=10 sim.seed=7
	$(RUN) test --mode=fast +paths.input=survey
	$(RUN) predict +data.split=test +runtime.kaggle=true +paths.input=survey +paths.out=output
	$(RUN) calibrate-temp +calib.corel=true +paths.out=output
	$(RUN) submit +submit.bundle=submission.zip +report.html=true
	$(RUN) validate submission.csv --sample survey/sample_submission.csv
	$(RUN) score submission.csv survey/truth/test.csv --train survey/train.csv
	@echo "open demo/output/report.html"

test: setup
	$(BIN)/python -m pytest

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: setup
	$(BIN)/python -m bench

clean:
	rm -rf $(VENV) build dist demo outputs logs .pytest_cache .mypy_cache .ruff_cache
