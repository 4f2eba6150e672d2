"""The link budget's errors: there is one, and it is always the caller's mistake."""


class LinkInputError(ValueError):
    """A quantity handed to `linkbudget` cannot be used.

    `field` names the quantity, `value` is what it held, `accepted` says in words what it may hold.
    """

    def __init__(self, field: str, value: object, accepted: str) -> None:
        super().__init__(f"{field} is {value!r}; accepted: {accepted}")
        self.field = field
        self.value = value
        self.accepted = accepted
