"""What programs are told of a bench's devices: front end files, with the sky's and the radios' places filled in."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from radio.front_end_file import FrontEndFile
from testbed.bench.bench import DONGLE, SIMULATED, SKY


def resolved(front_end: FrontEndFile, sky_rx: str, sky_tx: str, radio: str) -> FrontEndFile:
    """Return a front end whose devices that the rig simulates are where they are now.

    ``sky_rx``: the endpoint where the sky gives samples; ``sky_tx``: the one where it fetches them; ``radio``: the
    serial device of the simulated radio.
    """
    places = {
        ("receive", DONGLE): f"rtl_tcp={sky_rx.removeprefix('rtl_tcp://')}",
        ("receive", SKY): sky_rx,
        ("transmit", SKY): sky_tx,
        ("serial_radio", SIMULATED): radio,
    }
    changes: dict[str, Any] = {}
    for (table, name), place in places.items():
        settings = getattr(front_end, table)
        if settings is not None and settings.device == name:
            changes[table] = settings.model_copy(update={"device": place})
    return front_end.model_copy(update=changes)


def as_toml(tables: dict[str, Any]) -> str:
    """Return tables of text, numbers, truth values and tables as TOML; None is left out.

    >>> print(as_toml({"receive": {"driver": "zmq", "gain_db": None}, "duplex": {"half": True}}))
    [receive]
    driver = "zmq"
    <BLANKLINE>
    [duplex]
    half = true
    <BLANKLINE>
    """
    return "\n".join(_lines(tables, ()))


def _lines(table: dict[str, Any], place: tuple[str, ...]) -> Iterator[str]:
    present = {name: value for name, value in table.items() if value is not None}
    plain: Iterable[str] = [
        f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in present.items() if not isinstance(v, dict)
    ]
    if place:
        yield f"[{'.'.join(place)}]"
    yield from plain
    if place or plain:
        yield ""
    for name, value in present.items():
        if isinstance(value, dict):
            yield from _lines(value, (*place, name))
