"""A mistake that a table of a campaign file finds in itself."""


class TableError(ValueError):
    """A field cannot be used: `edge.checked_toml` tells it with the table's place before the field."""

    def __init__(self, field: str, value: object, accepted: str) -> None:
        super().__init__(f"{field} is {value!r}; accepted: {accepted}")
        self.field = field
        self.value = value
        self.accepted = accepted
