"""The plugin, in a pytest of its own."""

import xml.etree.ElementTree as ET

import pytest

pytest_plugins = ["pytester"]

TESTS = """
import pytest

def test_answers(bench):
    assert bench.ask("hello").outcome.finish_reason == "stop"

@pytest.mark.needs("uplink", "rx_sdr")
def test_driver(bench):
    assert False, "not to be run"

def test_wrong(bench):
    assert bench.name == "nothing", "as it should"

def test_without():
    pass
"""


@pytest.fixture
def run(pytester: pytest.Pytester):
    pytester.makeini("[pytest]\naddopts = -p no:cacheprovider\n")
    pytester.makepyfile(test_payload=TESTS)
    return lambda *arguments: pytester.runpytest_subprocess(*arguments)


def test_a_test_runs_on_each_bench_that_has_what_it_needs(run, pytester: pytest.Pytester) -> None:
    (pytester.path / "lab.toml").write_text('name = "my-lab"\n[board]\nkind = "none"\n')
    arguments = (
        "--bench",
        "memory",
        "--bench",
        "lab.toml",
        "--bench-report",
        "out/page.html",
        "--junitxml",
        "junit.xml",
    )
    result = run(*arguments, "-rs")
    result.assert_outcomes(passed=3, failed=2, skipped=2)
    result.stdout.fnmatch_lines(["*memory lacks rx_sdr: the memory rig is one process without devices"])
    result.stdout.fnmatch_lines(["*my-lab lacks rx_sdr: ground.front_end has no SDR that receives"])
    result.stdout.fnmatch_lines(["memory: 1 passed, 1 failed, 1 skipped", "my-lab: 1 passed, 1 failed, 1 skipped"])
    page = (pytester.path / "out" / "page.html").read_text()
    for words in ("<th>memory</th><th>my-lab</th>", "test_payload.py::test_answers", "lacks rx_sdr", "as it should"):
        assert words in page
    assert "test_without" not in page
    cases = ET.parse(pytester.path / "junit.xml").getroot().iter("testcase")
    benches = {case.get("name"): [p.get("value") for p in case.iter("property")] for case in cases}
    assert benches["test_answers[lab]"] == ["my-lab"]


@pytest.mark.parametrize(
    ("bench", "said"),
    [
        ("nowhere", "*--bench nowhere: rig is 'nowhere'; accepted: memory, zmq, gnuradio*"),
        ("no.toml", "*--bench no.toml: file is 'no.toml'; accepted: a readable TOML file*"),
    ],
)
def test_a_bench_that_cannot_be_used_is_told_in_words(run, bench: str, said: str) -> None:
    result = run("--bench", bench)
    result.stdout.fnmatch_lines([said])
    assert "Traceback" not in result.stdout.str()


def test_what_each_test_received_is_kept_in_its_folder(run, pytester: pytest.Pytester) -> None:
    run("--bench", "memory", "--bench-out", "kept", "--bench-record", "-k", "answers").assert_outcomes(passed=1)
    kept = pytester.path / "kept" / "test_answers-memory-"
    files = {f"{end}.sigmf-{kind}" for end in ("ground", "flatsat") for kind in ("data", "meta")}
    assert {path.name for path in kept.iterdir()} == files


def test_without_a_place_to_keep_it_nothing_is_recorded(run) -> None:
    result = run("--bench", "memory", "--bench-record")
    result.stderr.fnmatch_lines(["*--bench-record*accepted*--bench-out DIR*"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_a_feature_that_there_is_none_of_is_told(run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_payload='import pytest\n@pytest.mark.needs("warp")\ndef test_x(bench): pass\n')
    run("--bench", "memory").stdout.fnmatch_lines(["*needs('warp'); accepted: uplink, downlink, board*"])
