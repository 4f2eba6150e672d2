"""All parsers, by where their octets come from."""

from importlib import import_module

from fuzz.parser import Parser

TARGETS = ("codes", "air", "machines", "serial_line", "packet_radio", "zeromq", "tables", "files", "journals", "bench")


def parsers_of(target: str) -> tuple[Parser, ...]:
    """Return a target's parsers, in the order of its corpus."""
    found: tuple[Parser, ...] = import_module(f"fuzz.{target}").PARSERS
    return found


def selected(target: str, octets: bytes) -> tuple[Parser, bytes]:
    """Return which parser an input is for, and what it is given: the first octet says it."""
    parsers = parsers_of(target)
    return parsers[(octets[0] if octets else 0) % len(parsers)], octets[1:]
