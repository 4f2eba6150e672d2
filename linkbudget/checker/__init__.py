"""The checker: values that are probably wrong, named before they are used."""

from linkbudget.checker.checker import check, check_study
from linkbudget.checker.finding import Finding

__all__ = ["Finding", "check", "check_study"]
