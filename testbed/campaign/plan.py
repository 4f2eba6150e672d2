"""A campaign worked out: its points, and what is done and expected at each."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import product
from math import ceil
from pathlib import Path
from typing import Literal

import numpy as np

import radio
from linkbudget.errors import LinkInputError
from radio.errors import ChannelError, CodingError, ProfileError
from radio.profile import LinkProfile
from testbed.campaign.campaign_file import Campaign, LinkTable, NoiseSweep, SamplesSweep, Sweep, SymbolsSweep
from testbed.campaign.expected import Limit, ReferenceCurve
from testbed.campaign.normal_approximation import least_error_rate
from testbed.campaign.prediction import Prediction, around, at_most
from testbed.campaign.sky import FadingTable, Sky
from testbed.campaign.sky_motion import Doppler, Still
from testbed.campaign.tally import StopRule
from testbed.campaign.theory import Curve, faded
from testbed.campaign.trial import NoiseTrial, SamplesTrial, SymbolsTrial, Trial
from testbed.errors import ScenarioError

_SECONDS_AN_HOUR = 3600.0
_TRIALS = ("count", "modem", "sky", "sky_motion", "trial")


@dataclass(frozen=True, slots=True)
class Series:
    """What the points along one line of a sweep share."""

    label: str
    link: LinkProfile
    prediction: Prediction
    per_hour: float | None
    """What a rate is multiplied with to give events an hour; None where rates are shown as they are."""
    swept: Literal["Eb/N0", "Es/N0"] = "Eb/N0"
    """What the file lists, and pictures are drawn over."""

    @property
    def code_rate_db(self) -> float:
        """Es/N0 over Eb/N0."""
        return 10 * float(np.log10(self.link.code().information_bits_per_symbol))

    @property
    def shown_db(self) -> float:
        """What is swept over Eb/N0."""
        return self.code_rate_db if self.swept == "Es/N0" else 0.0


@dataclass(frozen=True, slots=True)
class Point:
    """One measurement."""

    index: int
    """Among all points of the campaign: its work units' seeds are made from it."""
    sweep: str
    series: Series
    eb_n0_db: float | None
    """None where nothing is sent."""
    trial: Trial
    unit_size: int
    rule: StopRule


@dataclass(frozen=True, slots=True)
class Plan:
    """All points of a campaign."""

    campaign: Campaign
    points: list[Point]
    origins: dict[str, str]
    """Fingerprints of all that results depend on, the seed apart, by what they are of."""


def make_plan(campaign: Campaign) -> Plan:
    """Return the points of a campaign. Raise ScenarioError naming the field that cannot be used."""
    points: list[Point] = []
    for number, sweep in enumerate(campaign.sweeps):
        for link, doppler, fading in _combinations(sweep):
            place = f"sweeps.{number}.links.{sweep.links.index(link)}"
            try:
                points += _points(sweep, link, doppler, fading, len(points))
            except (ProfileError, ChannelError, LinkInputError) as error:
                raise ScenarioError(f"{place}.{error.field}", error.value, error.accepted) from None
            except CodingError as error:
                raise ScenarioError(f"{place}.{error.name}", error.value, error.accepted) from None
            except _OutsideError as error:
                field = f"sweeps.{number}.eb_n0_db"
                raise ScenarioError(field, error.args[0], "Eb/N0 within the points of the reference curve") from None
    return Plan(campaign, points, {"campaign": _of_data(campaign, points), "radio code": _of_code()})


class _OutsideError(Exception):
    """A point lies where the reference says nothing."""


def _combinations(sweep: Sweep) -> Iterator[tuple[LinkTable, Doppler, FadingTable]]:
    if isinstance(sweep, SamplesSweep):
        return product(sweep.links, sweep.doppler, sweep.fading)
    return product(sweep.links, [Still()], [FadingTable()])


def _points(sweep: Sweep, table: LinkTable, doppler: Doppler, fading: FadingTable, first: int) -> list[Point]:
    link = table.link()
    label = _label(sweep, table, doppler, fading)
    if isinstance(sweep, NoiseSweep):
        per_hour = _SECONDS_AN_HOUR * link.channel_symbol_rate_hz
        series = Series(label, link, at_most(sweep.most_per_hour / per_hour), per_hour)
        trial = NoiseTrial(link, sweep.sample_rate_hz)
        trial.check()
        units = ceil(sweep.hours * _SECONDS_AN_HOUR / sweep.unit_s)
        rule = StopRule("alarms", errors=units * sweep.unit_s, most_units=units)
        return [Point(first, sweep.name, series, None, trial, sweep.unit_s, rule)]
    _trial(sweep, link, 0.0, doppler, fading).check()  # what cannot be sent or received has no theory either
    series = Series(label, link, _prediction(sweep, link, fading), None, "Eb/N0" if sweep.eb_n0_db else "Es/N0")
    rule = StopRule(sweep.count, sweep.errors, ceil(sweep.most_frames / sweep.unit_frames))
    levels = sweep.eb_n0_db or [es_n0_db - series.code_rate_db for es_n0_db in sweep.es_n0_db]
    _require_covered(sweep, levels, fading)
    trials = [_trial(sweep, link, level, doppler, fading) for level in levels]
    return [
        Point(first + k, sweep.name, series, level, trial, sweep.unit_frames, rule)
        for k, (level, trial) in enumerate(zip(levels, trials, strict=True))
    ]


def _trial(
    sweep: SymbolsSweep | SamplesSweep, link: LinkProfile, eb_n0_db: float, doppler: Doppler, fading: FadingTable
) -> Trial:
    if isinstance(sweep, SymbolsSweep):
        return SymbolsTrial(link, eb_n0_db)
    sky = Sky(sweep.sample_rate_hz, doppler, fading, sweep.clock_error_ppm, sweep.front_end)
    return SamplesTrial(link, eb_n0_db, sky)


def _label(sweep: Sweep, table: LinkTable, doppler: Doppler, fading: FadingTable) -> str:
    """Return what tells this line from the sweep's others."""
    parts = [table.shown] if len(sweep.links) > 1 else []
    if isinstance(sweep, SamplesSweep):
        parts += [doppler.label] * (len(sweep.doppler) > 1) + [fading.shown] * (len(sweep.fading) > 1)
    return ", ".join(parts) or table.shown


def _prediction(sweep: SymbolsSweep | SamplesSweep, link: LinkProfile, fading: FadingTable) -> Prediction:
    expected = sweep.expected
    if isinstance(expected, Limit):
        return at_most(expected.rate)
    theory = expected.curve(link)
    if not fading.is_none:
        theory = faded(theory, *fading.levels_db())
    bound = _bound(link) if sweep.count == "frames" and fading.is_none else None
    return around(theory, expected.implementation_loss_db, expected.better_db, bound, sweep.bound_margin_db)


def _bound(link: LinkProfile) -> Curve:
    bits = 8 * link.frame_octets
    return partial(least_error_rate, symbols=bits / link.code().information_bits_per_symbol, bits=bits)


def _require_covered(sweep: SymbolsSweep | SamplesSweep, levels: list[float], fading: FadingTable) -> None:
    if isinstance(sweep.expected, ReferenceCurve) and fading.is_none:
        first_db, last_db = sweep.expected.points[0][0], sweep.expected.points[-1][0]
        for level in levels:
            if not first_db <= level <= last_db:
                raise _OutsideError(level)


def _of_data(campaign: Campaign, points: list[Point]) -> str:
    trials = [point.trial for point in points]  # with the profiles, which have files of their own
    return sha256(repr((campaign, trials)).encode()).hexdigest()


def _of_code() -> str:
    here, there = Path(__file__).parent, Path(radio.__file__).parent
    sources = [*sorted(there.rglob("*.py")), *(here / f"{name}.py" for name in _TRIALS)]
    return sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
