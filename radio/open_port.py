"""What moves a node's samples: by the name of its kind, or by a front end file."""

from collections.abc import Callable
from pathlib import Path

from radio.front_end_file import FrontEndFile, ZmqTable
from radio.node import Port
from radio.recording.replay_port import ReplaySettings, open_replay
from radio.zmq_iq import ZmqNode


def open_port(
    front_end: str,
    rx_endpoint: str,
    tx_endpoint: str,
    block: int,
    sample_rate_hz: float,
    warn: Callable[[str], None] = lambda _: None,
    replay: ReplaySettings | None = None,
) -> Port:
    """Return a port of the kind ``zmq`` or ``gnuradio``, or that of a front end file (a path that ends in .toml).

    With ``replay`` it is a recording that is heard. ``warn`` is told what is wrong with a device but does not end a
    run. Raises LinkPortError for an endpoint that is taken or not valid, FrontEndFileError for a mistake in the file,
    DeviceError for a device that cannot be used, RecordingError for a recording that cannot.
    """
    if replay is not None:
        return open_replay(replay, block, sample_rate_hz)
    if front_end.endswith(".toml"):
        return _open_file(FrontEndFile.load(Path(front_end), sample_rate_hz), tx_endpoint, block, sample_rate_hz, warn)
    if front_end == "gnuradio":
        from radio.gnuradio_node import GnuRadioNode  # loaded only when asked for: it takes a second and is GPL

        return GnuRadioNode(rx_endpoint, tx_endpoint, block, sample_rate_hz)
    return ZmqNode(rx_endpoint, tx_endpoint, block, sample_rate_hz)


def heard_at(
    front_end: str, rx: str | None, replay: Path | None, error_of: Callable[[str, object, str], Exception]
) -> str:
    """Return the endpoint that a program is told to listen to; '' where something else is heard.

    Raises ``error_of(field, value, accepted)`` for a front end that there is none of, and for no or two things to hear.
    """
    if front_end not in ("zmq", "gnuradio") and not front_end.endswith(".toml"):
        raise error_of("front-end", front_end, "zmq, gnuradio or the path of a front end file (.toml)")
    elsewhere = replay is not None or front_end.endswith(".toml")
    if (rx is not None) == elsewhere:
        accepted = "an endpoint, unless there is a recording (--replay) or a front end file: one of them"
        raise error_of("rx", rx, accepted)
    return rx or ""


def _open_file(
    file: FrontEndFile, tx_endpoint: str, block: int, sample_rate_hz: float, warn: Callable[[str], None]
) -> Port:
    if file.serial_radio is not None:
        from radio.serial_radio.port import SerialRadioPort

        return SerialRadioPort(file.serial_radio)
    if isinstance(file.transmit, ZmqTable):
        tx_endpoint = file.transmit.device
    port = _open_receiver(file, tx_endpoint, block, sample_rate_hz, warn)
    if not file.duplex.half:
        return port
    from radio.sdr.half_duplex import HalfDuplexPort

    return HalfDuplexPort(port, sample_rate_hz, file.duplex.turn_around_s)


def _open_receiver(
    file: FrontEndFile, tx_endpoint: str, block: int, sample_rate_hz: float, warn: Callable[[str], None]
) -> Port:
    assert file.receive is not None  # the file's own check
    if isinstance(file.receive, ZmqTable):
        return ZmqNode(file.receive.device, tx_endpoint, block, sample_rate_hz)
    from radio.sdr.sdr_node import SdrNode

    return SdrNode(file.receive, tx_endpoint, block, sample_rate_hz, warn)
