"""Checks of field values; each raises LocalError naming the field, its value and what is accepted."""

from protocol.errors import LocalError


def check_int(field: str, value: object, low: int, high: int) -> None:
    """Raise LocalError unless `value` is an integer (a bool is not) from `low` to `high`."""
    if type(value) is not int or not low <= value <= high:
        raise LocalError(field, value, f"an integer from {low} to {high}")


def check_float(field: str, value: object, low: float, high: float) -> None:
    """Raise LocalError unless `value` is a number (a bool and a NaN are not) from `low` to `high`."""
    if type(value) not in (int, float) or not low <= value <= high:  # type: ignore[operator]
        raise LocalError(field, value, f"a number from {low} to {high}")


def check_bool(field: str, value: object) -> None:
    """Raise LocalError unless `value` is True or False."""
    if type(value) is not bool:
        raise LocalError(field, value, "True or False")


def check_octets(field: str, value: object, low: int, high: int) -> None:
    """Raise LocalError unless `value` is bytes, `low` to `high` octets long."""
    if type(value) is not bytes:
        raise LocalError(field, value, "bytes")
    if not low <= len(value) <= high:
        raise LocalError(field, value, f"{low} to {high} octets; this is {len(value)}")


def check_text(field: str, value: object, max_octets: int) -> None:
    """Raise LocalError unless `value` is a str that UTF-8 encodes in at most `max_octets`."""
    if type(value) is not str:
        raise LocalError(field, value, "a str")
    try:
        octets = len(value.encode())
    except UnicodeEncodeError as error:
        raise LocalError(field, value, "text without lone surrogates") from error
    if octets > max_octets:
        raise LocalError(field, value, f"at most {max_octets} octets of UTF-8; this is {octets}")
