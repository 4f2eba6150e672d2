"""What looks for faults finds those that are there."""

import subprocess
import sys
import time
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from fuzz import limits
from fuzz.inputs import inputs
from fuzz.million import tally
from fuzz.parser import Parser
from fuzz.targets import parsers_of

EXAMPLES = [b"one example", b"another"]


def parser(read) -> Parser:
    return Parser("planted", read, (ValueError,), lambda: EXAMPLES)


def refuse_odd(octets: bytes) -> None:
    if len(octets) % 2:
        raise ValueError("odd")


def test_inputs_are_examples_then_others_and_the_same_for_a_seed() -> None:
    first = list(islice(inputs(EXAMPLES, Random(1)), 500))
    assert first[:2] == EXAMPLES
    assert len(set(first)) > 400
    assert list(islice(inputs(EXAMPLES, Random(1)), 500)) == first
    assert list(islice(inputs(EXAMPLES, Random(2)), 500)) != first


def test_values_and_refusals_are_counted() -> None:
    told = tally(parser(refuse_odd), 300, most_s=10, seed=0)
    assert told.inputs == 300
    assert told.valid == sum(len(octets) % 2 == 0 for octets in islice(inputs(EXAMPLES, Random("planted 0")), 300))
    assert told.refused == 300 - told.valid
    assert not told.faults


def test_an_error_that_is_none_of_the_parsers_own_is_a_fault_kept_with_its_input() -> None:
    def index(octets: bytes) -> int:
        return octets[3]

    [(place, (octets, fault))] = tally(parser(index), 300, most_s=10, seed=0).faults.items()
    assert place.startswith("IndexError at ")
    assert len(octets) <= 3
    assert isinstance(fault, IndexError)


def test_a_refusal_that_cannot_be_told_is_a_fault() -> None:
    class DumbError(ValueError):
        def __str__(self) -> str:
            raise KeyError

    def refuse(_: bytes) -> None:
        raise DumbError

    assert len(tally(parser(refuse), 5, most_s=10, seed=0).faults) == 1


def test_an_input_that_takes_too_long_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "INPUT_S", 0.02)

    def hang(octets: bytes) -> None:
        while octets == EXAMPLES[1]:
            continue

    [(octets, fault)] = tally(parser(hang), 5, most_s=10, seed=0).faults.values()
    assert octets == EXAMPLES[1]
    assert isinstance(fault, limits.OvertimeError)


def test_the_time_for_a_parser_is_kept() -> None:
    assert tally(parser(lambda _: time.process_time()), 10**9, most_s=0.05, seed=0).inputs < 10**6


def test_the_command_prints_a_table_and_succeeds() -> None:
    command = (sys.executable, "-m", "fuzz.million", "serial_line", "--inputs", "300")
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    head, *rows = done.stdout.splitlines()
    assert done.returncode == 0
    assert head.split()[:4] == ["parser", "inputs", "valid", "refused"]
    assert [row[:34].strip() for row in rows] == [each.name for each in parsers_of("serial_line")]
    assert all(row[34:].split()[0] == "300" for row in rows)


def test_memory_without_bounds_fails() -> None:
    script = "from fuzz.limits import limit_memory; limit_memory(); bytearray(2**31)"
    done = subprocess.run((sys.executable, "-c", script), capture_output=True, text=True, check=False, timeout=100)
    assert "MemoryError" in done.stderr


def test_guided_fuzzing_takes_the_corpus(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="pip install atheris")
    found = str(tmp_path)  # what goes further than the corpus is put into the first folder
    command = (sys.executable, "-m", "fuzz.guided", "serial_line", "-runs=100", found, "fuzz/corpus/serial_line")
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr
    assert "Done 100 runs" in done.stderr
