"""What holds for every budget: sums, order, shapes, finite numbers."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from linkbudget.antenna.antenna import Antenna
from linkbudget.antenna.beam import Beam
from linkbudget.antenna.pointing import Aim
from linkbudget.antenna.tabulated import Tabulated
from linkbudget.antenna.yagi import Yagi
from linkbudget.budget import Site, budget
from linkbudget.constants import BOLTZMANN_DBW_K_HZ
from linkbudget.fading.fading import CorazzaVatalaroFading, LooFading, NoFading, RicianFading
from linkbudget.lines import Kind
from linkbudget.link import Link, Path, Receiver, StatedReceiver, StatedTransmitter, Transmitter
from linkbudget.modes.mode import Mode
from linkbudget.modes.modulation import MODULATIONS
from linkbudget.modes.thresholds import thresholds
from linkbudget.noise.antenna_noise import AntennaNoise
from linkbudget.noise.cascade import Stage
from linkbudget.noise.galaxy import GALAXIES
from linkbudget.noise.man_made import ENVIRONMENTS
from linkbudget.propagation.climate import Climate
from linkbudget.propagation.ionosphere import Absorption, Ionosphere, Rotation
from linkbudget.quantity import quantities, takes_arrays
from linkbudget.study import GeometryTable
from linkbudget.tree import with_numbers
from linkbudget.view import View


def numbers(cls: Any, *left_out: str) -> dict[str, st.SearchStrategy[float]]:
    """Return strategies for the numbers of a table, over all that is allowed."""
    return {
        name: st.floats(within.lowest, within.highest)
        for name, within in quantities(cls).items()
        if name not in left_out
    }


def chosen(choices: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(get_args(choices) or list(choices))


def antennas() -> st.SearchStrategy[Any]:
    choices = {"sense": chosen(["rhcp", "lhcp"])}
    kinds = [kind for kind in get_args(get_args(Antenna)[0]) if kind not in (Tabulated, Yagi)]
    yagis = [st.builds(Yagi, **numbers(Yagi, left_out), **choices) for left_out in ("peak_dbi", "boom_m")]
    gains = st.lists(st.floats(-100.0, 100.0), min_size=3, max_size=3).map(tuple)
    tabulated = st.builds(
        Tabulated, angles_deg=st.just((0.0, 30.0, 180.0)), gains_dbi=gains, **numbers(Tabulated), **choices
    )
    return st.one_of(*(st.builds(kind, **numbers(kind), **choices) for kind in kinds), *yagis, tabulated)


def noises() -> st.SearchStrategy[AntennaNoise]:
    optional = {name: st.none() | each for name, each in numbers(AntennaNoise).items()}
    always = numbers(AntennaNoise, "antenna_temperature_k", "beamwidth_deg")
    return st.builds(AntennaNoise, **(optional | always), galaxy=chosen(GALAXIES), environment=chosen(ENVIRONMENTS))


def stages() -> st.SearchStrategy[tuple[Stage, ...]]:
    name = st.sampled_from(["LNA", "cable", "receiver"])
    first = st.builds(Stage, name=name, gain_db=st.floats(-200.0, 200.0), noise_temperature_k=st.floats(1e-3, 1e9))
    active = st.builds(Stage, name=name, **numbers(Stage, "noise_temperature_k", "loss_db"))
    passive = st.builds(Stage, name=name, **numbers(Stage, "noise_temperature_k", "noise_figure_db", "gain_db"))
    return st.tuples(first, *[active | passive] * 2)


def transmitters(antenna: st.SearchStrategy[Any]) -> st.SearchStrategy[Transmitter]:
    return st.one_of(
        st.builds(Transmitter, **numbers(Transmitter, other), antenna=antenna, aim=chosen(Aim))
        for other in ("power_w", "power_dbw")
    )


def receivers(antenna: st.SearchStrategy[Any]) -> st.SearchStrategy[Receiver]:
    return st.builds(Receiver, **numbers(Receiver), antenna=antenna, aim=chosen(Aim), stages=stages(), noise=noises())


def ionospheres() -> st.SearchStrategy[Ionosphere]:
    choices = {"rotation": chosen(Rotation), "absorption": chosen(Absorption)}
    year = chosen(["none", "mid-latitude", "weak", "moderate", "strong"])
    return st.one_of(
        st.builds(Ionosphere, **numbers(Ionosphere, "s4"), **choices, scintillation=year),
        st.builds(Ionosphere, **numbers(Ionosphere), **choices, scintillation=st.just("s4")),
    )


def fadings() -> st.SearchStrategy[Any]:
    environments = get_args(LooFading.__annotations__["environment"])
    loo = st.builds(LooFading, environment=st.sampled_from(environments))
    rician = st.builds(RicianFading, **numbers(RicianFading))
    return st.sampled_from([NoFading(), RicianFading(), CorazzaVatalaroFading()]) | loo | rician


def paths() -> st.SearchStrategy[Path]:
    given_loss = st.none() | numbers(Path)["polarisation_loss_db"]
    return st.builds(
        Path,
        **numbers(Path, "polarisation_loss_db"),
        polarisation_loss_db=given_loss,
        ionosphere=st.none() | ionospheres(),
        fading=fadings(),
    )


def modes() -> st.SearchStrategy[tuple[Mode, ...]]:
    shared = {"name": st.sampled_from("abcdef"), **numbers(Mode, *_ONE_OF, "code_rate")}
    by_table = st.builds(
        Mode, symbol_rate_baud=numbers(Mode)["symbol_rate_baud"], threshold=chosen(thresholds()), **shared
    )
    by_figure = st.builds(
        Mode,
        information_rate_bit_s=numbers(Mode)["information_rate_bit_s"],
        required_eb_n0_db=numbers(Mode)["required_eb_n0_db"],
        modulation=chosen(MODULATIONS),
        code_rate=numbers(Mode)["code_rate"],
        **shared,
    )
    return st.lists(by_table | by_figure, max_size=2, unique_by=lambda mode: mode.name).map(tuple)


_ONE_OF = ("information_rate_bit_s", "symbol_rate_baud", "required_eb_n0_db")


def links() -> st.SearchStrategy[Link]:
    stated_transmitter = st.builds(StatedTransmitter, **numbers(StatedTransmitter))
    stated_receiver = st.builds(StatedReceiver, **numbers(StatedReceiver))
    ends = {
        "transmitter": transmitters(antennas()) | stated_transmitter,
        "receiver": receivers(antennas()) | stated_receiver,
    }
    return st.builds(Link, **numbers(Link), **ends, path=paths(), modes=modes())


def sites() -> st.SearchStrategy[Site | None]:
    given_climate = st.builds(Climate, **numbers(Climate))
    by_latitude = st.builds(Climate.by_latitude, st.floats(-90.0, 90.0), st.floats(-500.0, 10_000.0))
    climates = given_climate | by_latitude
    return st.none() | st.builds(Site, st.floats(-90.0, 90.0), st.floats(-500.0, 10_000.0), climates)


ELEVATIONS = st.floats(0.0, 90.0)
ALTITUDES = st.floats(1e5, 1e9)
VIEWS = st.builds(View.of_altitude, ELEVATIONS, ALTITUDES)
EVERY = settings(max_examples=40, deadline=None, phases=[Phase.generate])


def places(node: Any, above: str = "") -> Iterator[str]:
    """Give the dotted places of the numbers of a tree that may be arrays."""
    children = enumerate(node) if isinstance(node, tuple) else ()
    if is_dataclass(node):
        children = [(field.name, getattr(node, field.name)) for field in fields(node)]
    for name, child in children:
        if isinstance(child, float) and takes_arrays(type(node), name):
            yield f"{above}{name}"
        yield from places(child, f"{above}{name}.")


UNITS = {
    "_mm_h": "mm/h",
    "_percent": "%",
    "_db_hz": "dB-Hz",
    "_db_k": "dB/K",
    "_dbw_k_hz": "dBW/K/Hz",
    "_dbw": "dBW",
    "_dbi": "dBi",
    "_rate_db": "dB-bit/s",
    "_db": "dB",
    "_deg": "deg",
    "_hz": "Hz",
    "_k": "K",
    "_m": "m",
}


def unit_of(key: str) -> str:
    return next(unit for suffix, unit in UNITS.items() if key.endswith(suffix))


@EVERY
@given(links(), VIEWS, sites())
def test_every_line_of_every_budget_is_finite_and_every_total_the_sum_so_far(link, view, site):
    running = 0.0
    for line in budget(link, view, site):
        assert np.all(np.isfinite(line.value)), line.key
        assert line.value.shape in ((), (len(link.modes), 1))
        running = running + {Kind.GAIN: line.value, Kind.LOSS: -line.value}.get(line.kind, 0.0)
        if line.kind is Kind.TOTAL:
            assert line.value == about(running)
        assert line.name
        assert line.source.reference
        assert line.unit == unit_of(line.key)


@EVERY
@given(links(), VIEWS, sites())
def test_c_n0_is_eirp_less_losses_plus_g_over_t_less_boltzmann(link, view, site):
    found = budget(link, view, site)
    keys = [line.key for line in found]
    between = found.lines[keys.index("free_space_loss_db") : keys.index("received_isotropic_power_dbw")]
    losses_db = sum(line.value for line in between if line.kind is Kind.LOSS)
    eirp_dbw = found["eirp_dbw" if isinstance(link.transmitter, Transmitter) else "eirp_given_dbw"]
    assert found["c_n0_db_hz"] == about(eirp_dbw - losses_db + found["g_over_t_db_k"] - BOLTZMANN_DBW_K_HZ)
    if link.modes:
        assert found["margin_db"] == about(
            found["eb_n0_db"] - found["required_eb_n0_db"] - found["implementation_loss_db"]
        )
        assert found["eb_n0_db"] == about(found["c_n0_db_hz"] - found["information_rate_db"])


def about(value: Any) -> Any:
    return pytest.approx(value, rel=1e-12, abs=1e-9)


def elements(shape: tuple[int, ...], within: Any) -> st.SearchStrategy[Any]:
    size = int(np.prod(shape))
    values = st.lists(st.floats(within.lowest, within.highest), min_size=size, max_size=size)
    return values.map(lambda each: np.array(each).reshape(shape))


quantities_of_view = quantities(GeometryTable)


def within_of(link: Link, place: str) -> Any:
    *owners, name = place.split(".")
    owner = link
    for each in owners:
        owner = owner[int(each)] if isinstance(owner, tuple) else getattr(owner, each)
    return quantities(type(owner))[name]


@EVERY
@given(st.data(), links(), sites(), st.integers(1, 3), st.integers(1, 3))
def test_arrays_of_time_mode_and_draw_give_what_numbers_give(data, link, site, times, draws):
    elevation_deg = data.draw(elements((times, 1, 1), quantities_of_view["elevation_deg"]))
    view = View.of_altitude(elevation_deg, 600e3)
    allowed = [place for place in places(link) if place != "receiver.stages.0.noise_temperature_k"]  # may be 0 K
    varied = data.draw(st.lists(st.sampled_from(allowed), max_size=4, unique=True))
    drawn = {place: data.draw(elements((draws,), within_of(link, place)), place) for place in varied}
    found = budget(with_numbers(link, drawn), view, site)
    for time, draw in np.ndindex(times, draws):
        one = with_numbers(link, {place: float(value[draw]) for place, value in drawn.items()})
        single = budget(one, View.of_altitude(elevation_deg[time, 0, 0], 600e3), site)
        for line, alone in zip(found, single, strict=True):
            whole = np.broadcast_to(line.value, (times, max(len(link.modes), 1), draws))[time, :, draw]
            # 1e-5: for one percentage the ionosphere's fades are looked up, for many worked out
            np.testing.assert_allclose(whole, np.broadcast_to(alone.value.ravel(), whole.shape), rtol=1e-9, atol=1e-5)


NEVER_LESS = {  # of which more is never worse (1), or never better (-1)
    "transmitter.power_w": 1,
    "transmitter.line_loss_db": -1,
    "transmitter.pointing_error_deg": -1,
    "path.exceeded_percent": 1,
    "path.fade_exceeded_percent": 1,
    "path.other_losses_db": -1,
    "path.polarisation_loss_db": -1,
    "path.ionosphere.s4": -1,
    "receiver.pointing_error_deg": -1,
    "receiver.line_loss_db": -1,
    "receiver.line_temperature_k": -1,
    "receiver.stages.0.noise_figure_db": -1,
    "receiver.stages.0.gain_db": 1,
    "receiver.stages.1.loss_db": -1,
    "receiver.stages.2.noise_figure_db": -1,
    "receiver.noise.ground_fraction": -1,
    "receiver.noise.man_made_deviation_db": -1,
    "modes.0.implementation_loss_db": -1,
    "modes.1.required_eb_n0_db": -1,
    "modes.1.information_rate_bit_s": -1,
}
SENSIBLE = Link(
    frequency_hz=437.05e6,
    transmitter=Transmitter(power_w=0.5, antenna=Beam(peak_dbi=15.0, beamwidth_deg=40.0)),
    path=Path(
        exceeded_percent=0.1,
        polarisation_loss_db=1.0,
        ionosphere=Ionosphere(scintillation="s4", s4=0.4),
        fading=RicianFading(k_db=9.0),
    ),
    receiver=Receiver(
        line_loss_db=0.5,
        antenna=Beam(peak_dbi=15.0, beamwidth_deg=40.0),
        stages=(
            Stage(name="LNA", gain_db=20.0, noise_figure_db=0.7),
            Stage(name="cable", loss_db=3.0),
            Stage(name="receiver", gain_db=40.0, noise_figure_db=6.0),
        ),
        noise=AntennaNoise(environment="city"),
    ),
    modes=(
        Mode(name="fast", symbol_rate_baud=38400.0, threshold="conv-7-1/2"),
        Mode(name="slow", information_rate_bit_s=1200.0, modulation="gmsk", required_eb_n0_db=9.0),
    ),
)
SITE = Site(47.0, 400.0, Climate.by_latitude(47.0, 400.0))


@pytest.mark.parametrize(("place", "sign"), NEVER_LESS.items())
@settings(max_examples=15, deadline=None)
@given(data=st.data(), elevation_deg=ELEVATIONS)
def test_more_power_never_lowers_the_margin_and_more_loss_never_raises_it(place, sign, data, elevation_deg):
    values = np.sort(data.draw(elements((4,), within_of(SENSIBLE, place))))
    view = View.of_altitude(elevation_deg, 550e3)
    margin_db = budget(with_numbers(SENSIBLE, {place: values}), view, SITE)["margin_db"]
    assert np.all(sign * np.diff(margin_db) >= -1e-9)


@pytest.mark.parametrize("place", NEVER_LESS)
def test_and_each_of_them_counts(place):
    within = within_of(SENSIBLE, place)
    ends = np.array([max(within.lowest, -20.0), min(within.highest, 1e4)])
    if place == "path.ionosphere.s4":
        ends = np.array([0.0, 1.0])
    margin_db = budget(with_numbers(SENSIBLE, {place: ends}), View.of_altitude(25.0, 550e3), SITE)["margin_db"]
    assert np.max(np.abs(np.diff(margin_db))) > 1e-3
