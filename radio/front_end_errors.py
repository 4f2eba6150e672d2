"""Errors of front ends: of their file, and of the devices it names."""

from radio.errors import RadioError


class FrontEndFileError(RadioError):
    """A field of a front end file has a value that cannot be used, or that does not fit the link.

    field: dotted name of the field; value: what it was; accepted: what would be accepted, in words.
    """

    def __init__(self, field: str, value: object, accepted: str) -> None:
        super().__init__(f"front end file: {field} is {value!r}, accepted: {accepted}")
        self.field = field
        self.value = value
        self.accepted = accepted


class DeviceError(RadioError):
    """A radio device is not there, cannot be used or has vanished.

    device: as the front end file names it; reason: what is wrong with it; accepted: what would help, in words.
    """

    def __init__(self, device: str, reason: str, accepted: str) -> None:
        super().__init__(f"device {device}: {reason}; accepted: {accepted}")
        self.device = device
        self.reason = reason
        self.accepted = accepted


class ToneError(RadioError):
    """There is no tone to calibrate an oscillator with.

    tone_hz: where it was looked for; accepted: what would do, in words.
    """

    def __init__(self, tone_hz: float, accepted: str) -> None:
        super().__init__(f"no tone at {tone_hz:.9g} Hz; accepted: {accepted}")
        self.tone_hz = tone_hz
        self.accepted = accepted
