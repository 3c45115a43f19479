# `make` says what there is.

WORKSPACE ?= $(HOME)/container-networking
PORT ?= 8888
NO_BROWSER ?=
TESTS ?=
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Whichever the user is in: IPython warns of another one in every kernel.
export VIRTUAL_ENV := $(CURDIR)/.venv
.DEFAULT_GOAL := help
.PHONY: help learn test bench soak docs doctor clean images release setup setup-test place
.NOTPARALLEL:

help:
	@echo "make learn     everything a fresh machine needs, then JupyterLab on the first page"
	@echo "make test      the same, then all tests"
	@echo "make bench     measure the course against bare Docker; writes build/bench.json"
	@echo "make soak      killed kernels, traces and captures, and right answers, again and again"
	@echo "make docs      what a check can say, and ten traces of real packets; in build/docs"
	@echo "make doctor    what works on this machine, what does not, and what that costs"
	@echo "make images    build the images of lab hosts, or bring them up to date"
	@echo "make release   for teachers: the learners' version of the lessons, in build/release"
	@echo "make clean     remove all labs and images of the course, and nothing else"
	@echo
	@echo "make learn takes WORKSPACE=folder (now $(WORKSPACE)), PORT=number, NO_BROWSER=1"
	@echo "make test takes TESTS=\"path and options of pytest\""

learn: place
	@course start "$(WORKSPACE)" --port $(PORT) $(if $(NO_BROWSER),--no-browser)

test: setup-test place
	@echo "ruff:" && ruff check . && ruff format --check .
	@echo "mypy:" && mypy
	@python -m pytest $(TESTS)

bench: setup-test place
	@python -m tests.bench

soak: setup-test place
	@python -m tests.soak

docs: setup-test place
	@python -m pytest -q tests/observe/test_trace.py tests/graders/test_assertions.py
	@python -m graders.reference
	@echo "see build/docs"

doctor: setup
	@course doctor

clean: setup
	@course clean

images: place

release: setup
	@course release

setup:
	@.ci/setup

setup-test:
	@.ci/setup test

# An engine that answers, and the images in it; a base image is needed only to build.
place: setup
	@.ci/engine
	@course images check >/dev/null || { .ci/engine --with-base && course images build; }
