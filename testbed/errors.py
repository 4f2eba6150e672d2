"""The testbed's errors.

TestbedError
 +- ScenarioError   a scenario or an option that cannot be used: the user's mistake (exit status 2)
 +- SettingsError   a program of the rig refused its settings: the user's mistake (exit status 2)
 +- RigError        the rig failed while it worked (exit status 1)
 +- NoAnswerError   the pass or the patience ended before the answer was complete (exit status 1)
"""


class TestbedError(Exception):
    """Base of every error that `testbed` raises on purpose."""

    __test__ = False  # the name is no test's


class ScenarioError(TestbedError):
    """A scenario or an option cannot be used: `field`, its `value` and what is `accepted`, in words."""

    def __init__(self, field: str, value: object, accepted: str) -> None:
        shown = repr(value)
        super().__init__(f"{field} is {shown if len(shown) < 200 else shown[:197] + '...'}; accepted: {accepted}")
        self.field = field
        self.value = value
        self.accepted = accepted


class SettingsError(TestbedError):
    """A program of the rig refused its settings; the message is its own."""


class RigError(TestbedError):
    """A program of the rig failed."""


class NoAnswerError(TestbedError):
    """The answer did not become complete; `partial` is what there is of it."""

    def __init__(self, reason: str, partial: str) -> None:
        super().__init__(reason)
        self.partial = partial
