"""What is wrong with a recording."""

from radio.errors import RadioError


class RecordingError(RadioError):
    """A recording cannot be read as what it is said to be.

    field: what is wrong in it; value: what it was; accepted: what would be accepted, in words.
    """

    def __init__(self, field: str, value: object, accepted: str) -> None:
        super().__init__(f"recording: {field} is {value!r:.80}, accepted: {accepted}")
        self.field = field
        self.value = value
        self.accepted = accepted
