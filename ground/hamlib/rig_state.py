"""What a client of rigctld has to know of the radio before it uses it: the answer to dump_state."""

from ground.hamlib.rig import Rig
from radio.tuner import TuningRange

MODE = "PKTUSB"
"""Digital, without a carrier and with nothing mirrored: what is nearest to the modem's samples."""
_MODE_BITS = 0x800  # RIG_MODE_PKTUSB
_VFO_BITS = 0x0600_0003  # RIG_VFO_MAIN, RIG_VFO_SUB, RIG_VFO_A, RIG_VFO_B


def dump_state(rig: Rig) -> list[str]:
    """Return what a client has to know of the radio when it opens it: rigctld's protocol 1, as hamlib 4.5 reads it."""
    none = "0 0 0 0 0 0 0"
    return [
        "1",  # the protocol
        "2",  # RIG_MODEL_NETRIGCTL: of the radio itself nothing more is known
        "0",  # ITU region
        *(_frequencies(rig.receive, "-1 -1"), _frequencies(rig.transmit, "-1 -1"), none),  # both can be read
        *(_frequencies(rig.transmit, "0 0"), none),
        *(f"{_MODE_BITS:#x} 1", "0 0"),  # tuning steps
        *(f"{_MODE_BITS:#x} {rig.receive.bandwidth_hz:.0f}", "0 0"),  # filters
        *("0", "0", "0", "0"),  # RIT, XIT, IF shift, announces
        *("0", "0"),  # preamplifiers, attenuators
        *("0x0", "0x0", "0x0", "0x0", "0x0", "0x0"),  # functions, levels, parameters
        "vfo_ops=0x0",
        "ptt_type=0x1",  # RIG_PTT_RIG
        "targetable_vfo=0x0",  # the client is to ask for the split frequency, not for that of another VFO
        *("has_set_vfo=1", "has_get_vfo=1", "has_set_freq=1", "has_get_freq=1"),
        "timeout=1000",
        "rig_model=2",
        "done",
    ]


def _frequencies(reach: TuningRange, power: str) -> str:
    return f"{reach.lowest_hz:.6f} {reach.highest_hz:.6f} {_MODE_BITS:#x} {power} {_VFO_BITS:#x} 0x1"
