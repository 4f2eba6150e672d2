"""Polarisation losses by the wrong formula, and crossed polarisations."""

from collections.abc import Iterator

from linkbudget.antenna.polarisation import (
    looks_like_power_ratio,
    loss_by_power_ratio_db,
    polarisation_loss_db,
    worst_polarisation_loss_db,
)
from linkbudget.antenna.radiator import Radiator
from linkbudget.checker.case import Case
from linkbudget.checker.finding import Finding, nominal
from linkbudget.link import Receiver, Transmitter

TILTS_DEG = (45.0, 90.0)  # between the ellipses' major axes: what tables of this loss are made for
NEARLY_CIRCULAR_DB = 6.0


def power_ratio(case: Case) -> Iterator[Finding]:
    """A stated loss that is what follows if an axial ratio in dB is taken by 10^(dB / 10).

    An axial ratio is one of amplitudes, so it is 10^(dB / 20); the AMSAT/IARU link model 2.5.3 has the other.
    """
    stated, antennas = case.link.path.polarisation_loss_db, _antennas(case)
    if stated is None or antennas is None:
        return
    loss_db, (one, other) = nominal(stated), (nominal(each.axial_ratio_db) for each in antennas)
    same = antennas[0].sense == antennas[1].sense
    if loss_db <= float(worst_polarisation_loss_db(one, other, same)):
        return
    for tilt_deg in TILTS_DEG:
        if looks_like_power_ratio(loss_db, one, other, same, tilt_deg):
            right_db = float(polarisation_loss_db(one, other, same, tilt_deg))
            wrong_db = float(loss_by_power_ratio_db(one, other, same, tilt_deg))
            suspicion = f"axial ratios of {one:g} and {other:g} dB taken by 10^(AR/10), which gives {wrong_db:.4g} dB"
            hint = f"by 10^(AR/20) they lose {right_db:.4f} dB with their axes {tilt_deg:g} deg apart"
            yield case.finding("path.polarisation_loss_db", loss_db, suspicion, hint, "error")


def crossed(case: Case) -> Iterator[Finding]:
    """Two circular polarisations of opposite sense."""
    antennas = _antennas(case)
    if case.link.path.polarisation_loss_db is not None or antennas is None:
        return
    near, far = antennas
    widest_db = max(nominal(near.axial_ratio_db), nominal(far.axial_ratio_db))
    if near.sense != far.sense and widest_db < NEARLY_CIRCULAR_DB:
        hint = "the sense of each counts as it transmits: two that fit have the same"
        yield case.finding("receiver.antenna.sense", far.sense, "the two antennas' senses are opposite", hint)


def _antennas(case: Case) -> tuple[Radiator, Radiator] | None:
    """Return the antennas of both ends if both are known."""
    near, far = case.link.transmitter, case.link.receiver
    if isinstance(near, Transmitter) and isinstance(far, Receiver):
        return near.antenna, far.antenna
    return None
