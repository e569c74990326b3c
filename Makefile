# The verbs. Everything happens inside this folder: .venv (programs) and .data (database, keys, mail).
PYTHON ?= python3
VENV := .venv/bin/python
PORT ?= 8000
# Two thousand files are compiled once, not by every process the tests start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install demo test test-full check bench rush tamper new-service new-domain
help: ## this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 16

install: .venv/complete ## everything into .venv; nothing is started

demo: .venv/ready ## set up and serve the platform with demo data (RESET=1 starts over, PORT=8000)
	@$(VENV) manage.py demo --port $(PORT) $(if $(RESET),--reset)

test: .venv/complete .venv/browser ## set up and run every test
	@$(VENV) -m pytest -n 3 $(ARGS)

test-full: .venv/complete .venv/browser ## the same at its longest, for the night (about an hour)
	@FULL=1 STEPS=50000 STORIES=400 $(VENV) -m pytest -n 3 $(ARGS)

check: .venv/complete .venv/browser ## linter, types, import contracts, tests
	@$(VENV) -m ruff check . && $(VENV) -m ruff format --check .
	@$(VENV) -m mypy stadtkern
	@.venv/bin/lint-imports
	@$(VENV) -m pytest -n 3

bench: .venv/complete ## the measurements of benchmarks/ (about 15 minutes)
	@$(VENV) benchmarks/run.py $(ARGS)

rush: .venv/complete ## eight o'clock: 10,000 people for 600 appointments against the real server (KILL=1: with kill -9)
	@$(VENV) benchmarks/rush.py $(if $(KILL),--kill) $(ARGS)

tamper: .venv/ready ## alter and delete a line of the access log in a throwaway database, and see verify_log find it
	@$(VENV) benchmarks/tamper.py

new-service: .venv/ready ## a service folder that passes: make new-service NAME=hund_anmelden
	@$(VENV) manage.py new_service $(NAME)

new-domain: .venv/ready ## a department folder: make new-domain NAME=waste
	@$(VENV) manage.py new_domain $(NAME)

.venv/ready: requirements.lock install.py
	@$(PYTHON) install.py requirements.lock $@

.venv/complete: requirements-dev.lock install.py
	@$(PYTHON) install.py requirements-dev.lock $@
	@touch .venv/ready

.venv/browser: install.py
	@$(PYTHON) install.py --browser $@
