"""Sample rates that a receiver cannot do, or that do not hold the signal."""

import math
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from linkbudget.checker.case import Case
from linkbudget.checker.finding import Finding, nominal, si
from linkbudget.constants import EARTH_RADIUS_M, SPEED_OF_LIGHT_M_S
from linkbudget.link import Device
from linkbudget.orbit.gravity import GM_M3_S2

SAMPLE_RATES_HZ: Mapping[Device, tuple[tuple[float, float], ...]] = MappingProxyType(
    {
        "rtl-sdr": ((225_001.0, 300_000.0), (900_001.0, 3_200_000.0)),  # librtlsdr, rtlsdr_set_sample_rate
        "airspy-mini": ((3e6, 3e6), (6e6, 6e6)),  # I/Q rates that its firmware lists
        "airspy-r2": ((2.5e6, 2.5e6), (10e6, 10e6)),  # libairspy, airspy_samplerate_t
        "hackrf-one": ((2e6, 20e6),),  # Great Scott Gadgets
    }
)
"""What a device can be set to: spans of complex samples a second, ends included."""

LOSSLESS_HZ: Mapping[Device, float] = MappingProxyType({"rtl-sdr": 2.4e6})
"""Where a device begins to lose samples (librtlsdr)."""


def sample_rate(case: Case) -> Iterator[Finding]:
    """A sample rate that the receiver's device cannot do, or that does not hold a mode's signal with its Doppler."""
    end = case.link.receiver
    if end.sample_rate_hz is None:
        return
    place = f"links.{case.name}.receiver.sample_rate_hz"
    widest_hz = max((nominal(mode.figures.occupied_bandwidth_hz) for mode in case.link.modes), default=0.0)
    yield from sample_rate_findings(place, end.device, nominal(end.sample_rate_hz), widest_hz, largest_doppler_hz(case))


def sample_rate_findings(
    place: str, device: Device | None, sample_rate_hz: float, occupied_bandwidth_hz: float, doppler_hz: float
) -> Iterator[Finding]:
    """Give what is wrong with a rate of complex samples, for a device of SAMPLE_RATES_HZ or an unknown one, None.

    `doppler_hz` is the largest shift to either side, 0 if the receiver's tuning follows it.
    """
    spans = SAMPLE_RATES_HZ[device] if device else ((0.0, math.inf),)
    if not any(lowest <= sample_rate_hz <= highest for lowest, highest in spans):
        hint = "it takes " + ", ".join(_span(*span) for span in spans)
        yield Finding(place, sample_rate_hz, f"the {device} cannot do it", hint, "error")
    elif device and sample_rate_hz > LOSSLESS_HZ.get(device, math.inf):
        hint = f"up to {si(LOSSLESS_HZ[device], 'S/s')} come without gaps"
        yield Finding(place, sample_rate_hz, f"the {device} loses samples at this rate", hint)
    needed_hz = occupied_bandwidth_hz + 2.0 * doppler_hz
    if sample_rate_hz < needed_hz:
        parts = f"{si(occupied_bandwidth_hz, 'Hz')} of signal with {si(doppler_hz, 'Hz')} of Doppler to either side"
        yield Finding(place, sample_rate_hz, "the signal does not fit in", f"{parts} take {si(needed_hz, 'S/s')}")


def largest_doppler_hz(case: Case) -> float:
    """Return the shift at the horizon of a pass overhead on a circular orbit, 0 if its altitude is not known."""
    if case.altitude_m is None:
        return 0.0
    radius_m = EARTH_RADIUS_M + case.altitude_m
    speed_m_s = math.sqrt(GM_M3_S2 / radius_m) * EARTH_RADIUS_M / radius_m
    return speed_m_s / SPEED_OF_LIGHT_M_S * case.link.frequency_hz


def _span(lowest: float, highest: float) -> str:
    return f"{lowest:,.0f} S/s" if lowest == highest else f"{lowest:,.0f} to {highest:,.0f} S/s"
