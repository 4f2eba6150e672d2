"""Budgets as JUnit XML, which continuous integration reads: one test case for each run and budget."""

from xml.etree import ElementTree

from edge.printable import printable
from testbed.compare.budget import Verdict


def junit_xml(verdicts: list[Verdict]) -> bytes:
    """Return the document: ``testsuites``, a ``testsuite``, its ``testcase``s, a ``failure`` in those that failed.

    A case's ``classname`` is the run's record, its name the budget, its time what was found, in seconds of link time.
    """
    failures = sum(not verdict.passed for verdict in verdicts)
    counts = {"tests": str(len(verdicts)), "failures": str(failures), "errors": "0", "skipped": "0"}
    suites = ElementTree.Element("testsuites", counts)
    suite = ElementTree.SubElement(suites, "testsuite", {"name": "testbed report", **counts})
    for verdict in verdicts:
        found = {"classname": printable(verdict.run.path), "name": str(verdict.budget)}
        case = ElementTree.SubElement(suite, "testcase", {**found, "time": f"{verdict.found_s or 0.0:.6f}"})
        if not verdict.passed:
            failure = {"message": f"{verdict.said}; its budget is {verdict.budget.limit_s:g} s", "type": "budget"}
            ElementTree.SubElement(case, "failure", failure)
    ElementTree.indent(suites)
    document: bytes = ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True)
    return document + b"\n"
