"""Errors of the radio package.

::

    RadioError
    |-- ProfileError          a profile's field is wrong
    |-- ChannelError          a setting of the channel is wrong
    |-- CodingError           the caller gave a codec something it cannot take
    |-- DecodeError           what came over the air could not be decoded
    |-- RecordingError        a recording is not what it is said to be
    |-- LinkPortError         a ZeroMQ port cannot be opened
    |-- ControlKeyError       the keys of a control port cannot be used
    `-- NodeLostError         a node of the link does not answer
"""


class RadioError(Exception):
    """Base of every error that the radio package raises."""


class ProfileError(RadioError):
    """A field of a profile has a value that the radio cannot work with.

    field: dotted name of the field; value: what it was; accepted: what would be accepted, in words.
    """

    def __init__(self, field: str, value: object, accepted: str) -> None:
        super().__init__(f"profile field {field} is {value!r}, accepted: {accepted}")
        self.field = field
        self.value = value
        self.accepted = accepted


class ChannelError(RadioError, ValueError):
    """A setting of the channel has a value that it cannot have.

    field: name of the setting; value: what it was; accepted: what would be accepted, in words.
    """

    def __init__(self, field: str, value: object, accepted: str) -> None:
        super().__init__(f"{field} is {value!r}, accepted: {accepted}")
        self.field = field
        self.value = value
        self.accepted = accepted


class CodingError(RadioError):
    """An argument of an encoder or decoder is wrong; the caller's mistake.

    name: the argument; value: what it was (or its length); accepted: what would be accepted, in words.
    """

    def __init__(self, name: str, value: object, accepted: str) -> None:
        super().__init__(f"{name} is {value!r}, accepted: {accepted}")
        self.name = name
        self.value = value
        self.accepted = accepted


class DecodeError(RadioError):
    """What was received has more errors than its code corrects.

    code: name of the code; reason: what was found wrong.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason


class RecordingError(RadioError):
    """A recording cannot be read as what it is said to be.

    field: what is wrong in it; value: what it was; accepted: what would be accepted, in words.
    """

    def __init__(self, field: str, value: object, accepted: str) -> None:
        super().__init__(f"recording: {field} is {value!r:.80}, accepted: {accepted}")
        self.field = field
        self.value = value
        self.accepted = accepted


class LinkPortError(RadioError):
    """A port for samples or for control cannot be opened.

    endpoint: the ZeroMQ endpoint; reason: what the system said, or the rule that it breaks; accepted: what would be
    accepted, in words.
    """

    def __init__(
        self, endpoint: str, reason: str, accepted: str = "a free endpoint such as tcp://127.0.0.1:5700"
    ) -> None:
        super().__init__(f"ZeroMQ port {endpoint}: {reason}; accepted: {accepted}")
        self.endpoint = endpoint
        self.reason = reason
        self.accepted = accepted


class ControlKeyError(RadioError):
    """A file of keys of a control port cannot be used.

    field: what is wrong in it; value: what it was; accepted: what would be accepted, in words.
    """

    def __init__(self, field: str, value: object, accepted: str) -> None:
        super().__init__(f"control keys: {field} is {value!r}, accepted: {accepted}")
        self.field = field
        self.value = value
        self.accepted = accepted


class NodeLostError(RadioError):
    """A node of the link gives no samples.

    node: its name; timeout_s: how long it was waited for.
    """

    def __init__(self, node: str, timeout_s: float) -> None:
        super().__init__(f"node {node} gave no samples for {timeout_s:g} s")
        self.node = node
        self.timeout_s = timeout_s
