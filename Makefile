# Every target installs what it needs first; a second run installs nothing.
.PHONY: demo test check install clean

PYTHON := .venv/bin/python
QUESTION ?= Why is the sky blue? Answer in two sentences.

demo: install ## one question up, one answer down, on the whole software rig
	.venv/bin/testbed ask "$(QUESTION)"

test: install ## every test
	$(PYTHON) -m pytest -n 2 --dist worksteal

check: install ## format, lint, types, layers
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

install: ## Debian's packages, and the rest into .venv
	@packaging/install

clean:
	rm -rf .venv build *.egg-info runs
