"""JUnit XML, read by a parser that is not ours."""

from dataclasses import replace
from xml.etree import ElementTree

from testbed.compare.budget import Budget, judge
from testbed.compare.junit import junit_xml
from testbed.compare.run import Run


def test_there_is_a_case_for_each_run_and_budget(asked: Run, slower: Run) -> None:
    verdicts = [judge(run, Budget("ttft", limit_s)) for run in (asked, slower) for limit_s in (2.0, 9.0)]
    suites = ElementTree.fromstring(junit_xml(verdicts))
    assert (suites.tag, suites.get("tests"), suites.get("failures")) == ("testsuites", "4", "1")
    [suite] = suites
    assert (suite.tag, suite.get("name"), suite.get("tests"), suite.get("failures")) == (
        "testsuite",
        "testbed report",
        "4",
        "1",
    )
    cases = [(case.get("classname"), case.get("name"), case.get("time"), len(case)) for case in suite]
    assert cases == [
        ("asked/run.json", "ttft <= 2 s", "1.700000", 0),
        ("asked/run.json", "ttft <= 9 s", "1.700000", 0),
        ("slower/run.json", "ttft <= 2 s", "2.700000", 1),
        ("slower/run.json", "ttft <= 9 s", "2.700000", 0),
    ]
    failure = suite[2][0]
    assert (failure.tag, failure.get("message")) == ("failure", "ttft took 2.700 s; its budget is 2 s")


def test_what_was_not_measured_fails(refused_run: Run) -> None:
    [[case]] = ElementTree.fromstring(junit_xml([judge(refused_run, Budget("e2e", 5.0))]))
    assert case.get("time") == "0.000000"
    assert case[0].get("message") == "1 of 1 prompts without e2e; its budget is 5 s"


def test_any_path_makes_good_xml(asked: Run) -> None:
    hostile = replace(asked, path='a"<b>&\x00\x1b\udcff/run.json')
    [[case]] = ElementTree.fromstring(junit_xml([judge(hostile, Budget("e2e", 5.0))]))
    assert case.get("classname") == 'a"<b>&\\x00\\x1b\\udcff/run.json'
