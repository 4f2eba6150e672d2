"""What a bench can have, by which tests name what they need."""

from enum import Enum

from testbed.bench.bench import Bench


class Feature(str, Enum):
    """A bench has it, or lacks it for a reason."""

    UPLINK = "uplink"
    """Prompts go up."""
    DOWNLINK = "downlink"
    """Answers come down."""
    BOARD = "board"
    """A microcontroller board, or a simulated one, switches the payload's power."""
    PREDICTION = "prediction"
    """The path is simulated, so its decibels are known beforehand."""
    PROGRAMS = "programs"
    """Ground and flatsat are programs of their own, which can be killed and restarted."""
    POWER_CONTROL = "power_control"
    """The flatsat's power can be cut."""
    ATTENUATOR = "attenuator"
    """The downlink can be weakened while it works."""
    RX_SDR = "rx_sdr"
    """The ground receives through the driver of an SDR."""
    TX_SDR = "tx_sdr"
    """The ground transmits through the driver of an SDR."""
    SERIAL_RADIO = "serial_radio"
    """Packet radios carry frames."""


_ALWAYS = (Feature.UPLINK, Feature.DOWNLINK)
_MEMORY = (*_ALWAYS, Feature.BOARD, Feature.PREDICTION)


def lacking(bench: Bench | None, feature: Feature) -> str:
    """Return why a bench has not a feature, '' if it has; None stands for the memory rig."""
    if bench is None:
        return "" if feature in _MEMORY else "the memory rig is one process without devices"
    present, reason = {
        Feature.UPLINK: (True, ""),
        Feature.DOWNLINK: (True, ""),
        Feature.BOARD: (bench.board.kind != "none", 'board.kind is "none"'),
        Feature.PREDICTION: (bench.has_sky, "what is between the ends is not simulated"),
        Feature.PROGRAMS: (bench.flatsat.machine is None, "the flatsat runs on another machine"),
        Feature.POWER_CONTROL: (_cuts_power(bench), "no table [power], and the flatsat's power is not simulated"),
        Feature.ATTENUATOR: (bench.has_sky or bench.attenuator is not None, "no table [attenuator], and no sky"),
        Feature.RX_SDR: (bench.ground.has_sdr_receiver, "ground.front_end has no SDR that receives"),
        Feature.TX_SDR: (bench.ground.has_sdr_transmitter, "ground.front_end has no SDR that transmits"),
        Feature.SERIAL_RADIO: (bench.ground.serial_radio is not None, "ground.front_end has no serial radio"),
    }[feature]
    return "" if present else reason


def _cuts_power(bench: Bench) -> bool:
    return bench.power is not None or (bench.flatsat.machine is None and bench.board.kind != "device")
