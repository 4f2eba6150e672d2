"""What an RTL2832U dongle with an R820T tuner has been told, as librtlsdr understands it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from radio.emulated.rtl_tcp import Command, Op

CRYSTAL_HZ = 28_800_000
"""Of tuner and RTL2832U both."""
_CRYSTAL_REACH_HZ = 1000
"""librtlsdr takes no crystal of the RTL2832U that is further off."""
R820T = 5
"""As librtlsdr numbers tuners."""
GAINS_TENTHS_DB = (
    *(0, 9, 14, 27, 37, 77, 87, 125, 144, 157, 166, 197, 207, 229, 254),
    *(280, 297, 328, 338, 364, 372, 386, 402, 421, 434, 439, 445, 480, 496),
)
"""Of an R820T, in 0.1 dB (librtlsdr's table)."""


@dataclass(frozen=True, slots=True)
class RtlState:
    """The state that commands change. Begins as the rtl_tcp program leaves a dongle."""

    frequency_hz: int = 100_000_000
    sample_rate_hz: int = 2_048_000
    gain_tenths_db: int | None = None
    """None while the tuner sets it by itself."""
    ppm: int = 0
    test_mode: bool = False
    agc: bool = False
    direct_sampling: int = 0
    bias_tee: bool = False
    rtl_crystal_hz: int = CRYSTAL_HZ
    tuner_crystal_hz: int = CRYSTAL_HZ

    def obeying(self, command: Command) -> "RtlState":
        """Return the state after a command; one that the dongle cannot follow changes nothing."""
        return _FOLLOWED[command.op](self, command.value)

    @property
    def local_oscillator_hz(self) -> float:
        """What the tuner mixes with, by its own crystal: more if that is said to be slow; 0 without the tuner."""
        if self.direct_sampling:
            return 0.0
        return self.frequency_hz * CRYSTAL_HZ / self.tuner_crystal_hz / (1 + self.ppm * 1e-6)

    @property
    def true_sample_rate_hz(self) -> float:
        """Samples a second of its own crystal: more if that is said to be slow."""
        return self.sample_rate_hz * CRYSTAL_HZ / self.rtl_crystal_hz / (1 + self.ppm * 1e-6)


def _sample_rate(state: RtlState, value: int) -> RtlState:
    accepted = 225_000 < value <= 300_000 or 900_000 < value <= 3_200_000
    return replace(state, sample_rate_hz=value) if accepted else state


def _gain_mode(state: RtlState, value: int) -> RtlState:
    """The tuner's driver starts manual gain from nothing."""
    return replace(state, gain_tenths_db=0 if value else None)


def _gain(state: RtlState, value: int) -> RtlState:
    """The driver adds up steps of its two amplifiers until they are as much as is wanted; manual it is from then on."""
    reached = (step for step in GAINS_TENTHS_DB if step >= _signed(value))
    return replace(state, gain_tenths_db=next(reached, GAINS_TENTHS_DB[-1]))


def _gain_by_index(state: RtlState, value: int) -> RtlState:
    return replace(state, gain_tenths_db=GAINS_TENTHS_DB[value]) if value < len(GAINS_TENTHS_DB) else state


def _ppm(state: RtlState, value: int) -> RtlState:
    ppm = _signed(value)
    return replace(state, ppm=ppm) if abs(ppm) <= _MOST_PPM else state


def _rtl_crystal(state: RtlState, value: int) -> RtlState:
    """The tuner's follows it."""
    accepted = abs(value - CRYSTAL_HZ) <= _CRYSTAL_REACH_HZ
    return replace(state, rtl_crystal_hz=value, tuner_crystal_hz=value) if accepted else state


def _tuner_crystal(state: RtlState, value: int) -> RtlState:
    return replace(state, tuner_crystal_hz=value or state.rtl_crystal_hz)


def _no_change(state: RtlState, value: int) -> RtlState:  # noqa: ARG001
    """An R820T has neither offset tuning (librtlsdr refuses it) nor those stages at its intermediate frequency."""
    return state


_MOST_PPM = 488
"""The register of the sample rate's correction holds 14 bits, of 2^-24 each."""
_FOLLOWED: dict[Op, Callable[[RtlState, int], RtlState]] = {
    Op.FREQUENCY: lambda state, value: replace(state, frequency_hz=value),
    Op.SAMPLE_RATE: _sample_rate,
    Op.GAIN_MODE: _gain_mode,
    Op.GAIN: _gain,
    Op.PPM: _ppm,
    Op.IF_GAIN: _no_change,
    Op.TEST_MODE: lambda state, value: replace(state, test_mode=value != 0),
    Op.AGC: lambda state, value: replace(state, agc=value != 0),
    Op.DIRECT_SAMPLING: lambda state, value: replace(state, direct_sampling=value),
    Op.OFFSET_TUNING: _no_change,
    Op.RTL_CRYSTAL: _rtl_crystal,
    Op.TUNER_CRYSTAL: _tuner_crystal,
    Op.GAIN_BY_INDEX: _gain_by_index,
    Op.BIAS_TEE: lambda state, value: replace(state, bias_tee=value != 0),
}


def _signed(value: int) -> int:
    """Read 32 bits as two's complement."""
    return value - (1 << 32) if value >= 1 << 31 else value
