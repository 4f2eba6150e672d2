# Every target installs what it needs first; a second run installs nothing.
.PHONY: demo test firmware-test driver-test page-test check docs fuzz fuzz-million bench bench-linkbudget recovery install clean

PYTHON := .venv/bin/python
FUZZ_S ?= 60
QUESTION ?= Why is the sky blue? Answer in two sentences.

demo: install ## one question up, one answer down, on the whole software rig
	.venv/bin/testbed ask "$(QUESTION)"

test: install ## every test, but those of the targets below
	$(PYTHON) -m pytest -n 2 --dist worksteal -m "not firmware and not drivers and not browser and not tutorial"

firmware-test: ## the board's C firmware: compiled, in QEMU, against the simulator; installs a compiler and QEMU
	@packaging/install firmware
	$(PYTHON) -m pytest -n 2 --dist worksteal -m firmware tests/firmware_sim

driver-test: ## real drivers of SDRs against emulated devices, and the tests of every bench on such a one; in real time
	@packaging/install firmware drivers
	$(PYTHON) -m pytest -n 2 --dist worksteal -m "drivers and not firmware"
	$(PYTHON) -m pytest tests/e2e/test_bench.py --bench emulated --bench serial-radio --bench-report runs/benches.html

page-test: install ## the live page in two browsers; installs chromium and firefox-esr
	@packaging/install browser
	$(PYTHON) -m pytest -n 2 --dist worksteal -m browser

check: install ## format, lint, types, layers
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

docs: install ## the pages as a site, in build/docs; what the tutorials say is done, step by step
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --constraint packaging/constraints.txt --editable '.[docs]'
	.venv/bin/sphinx-build -q -W --keep-going -c docs -b html . build/docs
	$(PYTHON) -m pytest -n 2 --dist worksteal -m tutorial

fuzz: install ## coverage-guided fuzzing of all that reads octets from outside, for FUZZ_S seconds in all
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --constraint packaging/constraints.txt --editable '.[fuzz]'
	$(PYTHON) -m fuzz --seconds $(FUZZ_S)

fuzz-million: install ## a million inputs for each parser, and a table of what came of them; some hours
	$(PYTHON) -m fuzz.million --seconds 3600

bench: install ## how fast the radio is, and how near to theory, beside GNU Radio, gr-satellites and libfec
	$(PYTHON) -m bench.radio --json runs/bench-radio.json

bench-linkbudget: install .venv-bench ## how fast link budgets and pass searches are, beside spacelink and skyfield
	$(PYTHON) -m bench.linkbudget

recovery: install ## nothing is lost: frames lost, programs killed, the power cut, thousands of times; over half an hour
	$(PYTHON) -m testbed.recovery frames
	$(PYTHON) -m testbed.recovery samples
	$(PYTHON) -m testbed.recovery kills
	$(PYTHON) -m testbed.recovery power

.venv-bench: | install ## spacelink, which wants another numpy; the benchmark runs without it too
	$(PYTHON) -m venv $@
	$@/bin/python -m pip install --quiet --disable-pip-version-check spacelink==0.1.12 || rm -rf $@

install: ## Debian's packages, and the rest into .venv
	@packaging/install

clean:
	rm -rf .venv .venv-bench build *.egg-info runs
