"""What a permit allows of a transmitter's settings, and what it refuses. Pure."""

from dataclasses import dataclass

from radio.front_end_file import USABLE_SHARE, PermitTable, SoapyTransmitTable
from radio.transmit.refusal import Cause, Refusal

SAFE_INPUT_DBM = -20.0
"""What may reach the receiver at a cable's other end.

5 dB less than the lowest of the published limits: -15 dBm for a USRP B200 (UHD manual, USRP B2x0 series), -5 dBm for
a HackRF One (its documentation, FAQ).
"""


@dataclass(frozen=True, slots=True)
class DeviceSetup:
    """How a device says that it is set: what it was told is only a wish."""

    tuned_hz: float
    sample_rate_hz: float
    gain_db: float


@dataclass(frozen=True, slots=True)
class Emission:
    """What a transmitter would put out at most."""

    tuned_hz: float
    """Where its oscillator really is."""
    offset_hz: float
    """Of the carrier from there."""
    bandwidth_hz: float
    """Around the carrier; the transmit filter leaves a thousandth of what is beyond."""
    sample_rate_hz: float
    power_dbm: float
    """At the connector, for samples of magnitude 1."""

    @classmethod
    def of(cls, table: SoapyTransmitTable, link_rate_hz: float, setup: DeviceSetup | None = None) -> "Emission":
        """Return what a device puts out that is set up so; without a set-up, as the file wishes it."""
        if setup is None:
            setup = DeviceSetup(table.frequency_hz, table.sample_rate_hz, table.gain_db)
        tuned_hz = setup.tuned_hz * (1 + table.ppm * 1e-6)
        bandwidth_hz = table.occupied_hz(link_rate_hz) / USABLE_SHARE
        power_dbm = table.full_scale_dbm + setup.gain_db
        return cls(tuned_hz, table.frequency_hz - tuned_hz, bandwidth_hz, setup.sample_rate_hz, power_dbm)

    @property
    def reach_hz(self) -> float:
        """How far from its oscillator it puts something out, to either side: the signal, and its mirror image."""
        return abs(self.offset_hz) + self.bandwidth_hz / 2

    @property
    def lowest_hz(self) -> float:
        """The lowest frequency of signal, oscillator and mirror image."""
        return self.tuned_hz - self.reach_hz

    @property
    def highest_hz(self) -> float:
        """The highest frequency of signal, oscillator and mirror image."""
        return self.tuned_hz + self.reach_hz


def refusals(permit: PermitTable | None, emission: Emission) -> list[Refusal]:
    """Return all that speaks against an emission; nothing, if it is allowed."""
    if permit is None:
        allowed = "nothing without a table [transmit.permit]: range, power, and a cable or a licence"
        return [Refusal(Cause.NO_PERMIT, "no permit", allowed)]
    found = (_out_of_range(permit, emission), _too_strong(permit, emission), _unshielded(permit))
    return [each for each in found if each is not None]


def permission_lines(table: SoapyTransmitTable, link_rate_hz: float) -> list[str]:
    """Return what a transmitter's permit allows, and what it refuses of the transmitter, as lines of text."""
    emission = Emission.of(table, link_rate_hz)
    lines = [f"transmitter {table.device}: {_mhz(emission.lowest_hz, emission.highest_hz)}, {emission.power_dbm:g} dBm"]
    if table.permit is not None:
        lines += _allowed(table.permit)
    found = refusals(table.permit, emission)
    return lines + ([f"refused: {each}" for each in found] or ["may transmit"])


def _allowed(permit: PermitTable) -> list[str]:
    return [
        f"allowed: {_mhz(permit.lowest_hz, permit.highest_hz)}, up to {permit.max_power_dbm:g} dBm",
        f"allowed: {permit.duty:.1%} of {permit.duty_window_s:g} s, up to {permit.longest_s:g} s without a pause",
        f"because: {_authority(permit)}",
    ]


def _authority(permit: PermitTable) -> str:
    if permit.load == "cable":
        return f"a cable with {permit.attenuation_db:g} dB"
    return f"call sign {permit.call_sign}, {permit.licence}"


# Comparisons are true only where something is allowed: so a value that is not a number is refused.


def _out_of_range(permit: PermitTable, emission: Emission) -> Refusal | None:
    if not (permit.lowest_hz <= emission.lowest_hz and emission.highest_hz <= permit.highest_hz):
        allowed = _mhz(permit.lowest_hz, permit.highest_hz)
        return Refusal(Cause.FREQUENCY, _mhz(emission.lowest_hz, emission.highest_hz), allowed)
    if not emission.reach_hz <= emission.sample_rate_hz / 2:
        allowed = f"{emission.sample_rate_hz / 2:.9g} Hz, half of the device's sample rate"
        return Refusal(Cause.FREQUENCY, f"{emission.reach_hz:.9g} Hz to either side of the oscillator", allowed)
    return None


def _too_strong(permit: PermitTable, emission: Emission) -> Refusal | None:
    if emission.power_dbm <= permit.max_power_dbm:
        return None
    return Refusal(Cause.POWER, f"{emission.power_dbm:g} dBm", f"{permit.max_power_dbm:g} dBm")


def _unshielded(permit: PermitTable) -> Refusal | None:
    """Refuse a cable that would let through too much of what is permitted, and an antenna without a licence."""
    if permit.load != "cable":
        if permit.call_sign and permit.licence:
            return None
        return Refusal(Cause.NO_PERMIT, "neither a cable nor a licence", "a cable, or a call sign with a licence")
    needed_db = permit.max_power_dbm - SAFE_INPUT_DBM
    if permit.attenuation_db is not None and permit.attenuation_db >= needed_db:
        return None
    found = f"a cable with {permit.attenuation_db} dB for up to {permit.max_power_dbm:g} dBm"
    return Refusal(Cause.ATTENUATION, found, f"{needed_db:g} dB or more: at most {SAFE_INPUT_DBM:g} dBm at its end")


def _mhz(lowest_hz: float, highest_hz: float) -> str:
    return f"{lowest_hz / 1e6:.6f} to {highest_hz / 1e6:.6f} MHz"
