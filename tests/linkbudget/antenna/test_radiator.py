"""What holds for every kind of antenna."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from linkbudget.antenna.antenna import Antenna
from linkbudget.antenna.beam import Beam
from linkbudget.antenna.dipole import Dipole
from linkbudget.antenna.dish import Dish
from linkbudget.antenna.helix import Helix
from linkbudget.antenna.isotropic import Isotropic
from linkbudget.antenna.patch import Patch
from linkbudget.antenna.radiator import Radiator
from linkbudget.antenna.tabulated import Tabulated
from linkbudget.antenna.turnstile import Turnstile
from linkbudget.antenna.yagi import Yagi
from linkbudget.errors import LinkInputError

TABLES: list[dict[str, object]] = [
    {"kind": "isotropic"},
    {"kind": "dipole"},
    {"kind": "turnstile"},
    {"kind": "yagi", "boom_m": 2.0},
    {"kind": "yagi", "peak_dbi": 12.0, "axial_ratio_db": 2.0, "sense": "lhcp"},
    {"kind": "helix", "turns": 10, "circumference_m": 0.7, "spacing_m": 0.16},
    {"kind": "helix", "turns": 10, "circumference_m": 0.7, "spacing_m": 0.16, "relation": "kraus"},
    {"kind": "patch", "peak_dbi": 6.5},
    {"kind": "dish", "diameter_m": 1.2, "surface_rms_m": 0.002},
    {"kind": "tabulated", "angles_deg": [0.0, 60.0, 120.0, 180.0], "gains_dbi": [4.0, 0.0, -8.0, -15.0]},
    {"kind": "beam", "peak_dbi": 20.0, "beamwidth_deg": 18.0},
]
ADAPTER: TypeAdapter[Radiator] = TypeAdapter(Antenna)
ANTENNAS = [ADAPTER.validate_python(table) for table in TABLES]
KINDS = st.sampled_from(ANTENNAS)
ANGLES = st.floats(-180.0, 180.0)
FREQUENCIES = st.floats(1e6, 300e9)

any_antenna = pytest.mark.parametrize("antenna", ANTENNAS, ids=lambda antenna: antenna.kind)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table["kind"])
def test_a_table_makes_the_antenna_of_its_kind(table) -> None:
    antenna = ADAPTER.validate_python(table)
    assert type(antenna).__name__.lower() == table["kind"]
    assert ADAPTER.validate_python(ADAPTER.dump_python(antenna)) == antenna


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"kind": "horn"}, "'horn'"),
        ({"diameter_m": 1.2}, "kind"),
        ({"kind": "dish"}, "diameter_m"),
        ({"kind": "dish", "diameter_m": -1.0}, "diameter_m is -1.0; accepted: 0.01 to 500"),
        ({"kind": "dish", "diameter_m": 1.0, "size": 2}, "size"),
        ({"kind": "yagi"}, "peak_dbi is None; accepted: a gain in dBi, or boom_m"),
        ({"kind": "yagi", "boom_m": 2.0, "peak_dbi": 12.0}, "one of the two"),
        ({"kind": "yagi", "boom_m": -2.0}, "boom_m is -2.0"),
        ({"kind": "dipole", "sense": "left"}, "sense"),
        ({"kind": "tabulated", "angles_deg": [], "gains_dbi": []}, "angles_deg"),
        ({"kind": "tabulated", "angles_deg": [1.0, 2.0], "gains_dbi": [0.0, 0.0]}, "angles from 0"),
        ({"kind": "tabulated", "angles_deg": [0.0, 2.0, 2.0], "gains_dbi": [0.0] * 3}, "each greater"),
        ({"kind": "tabulated", "angles_deg": [0.0, 181.0], "gains_dbi": [0.0] * 2}, "angles_deg is 181.0"),
        ({"kind": "tabulated", "angles_deg": [0.0, 1.0], "gains_dbi": [0.0]}, "one gain for each of 2 angles"),
        ({"kind": "tabulated", "angles_deg": [0.0, 1.0], "gains_dbi": [0.0, float("nan")]}, "gains_dbi is nan"),
    ],
)
def test_a_table_that_makes_none_says_why(table, said) -> None:
    with pytest.raises(ValidationError) as caught:
        ADAPTER.validate_python(table)
    assert said in str(caught.value)


@given(KINDS, ANGLES, FREQUENCIES)
def test_gain_is_finite_symmetric_and_at_most_the_peak(antenna, angle_deg, frequency_hz) -> None:
    gain = float(antenna.gain_dbi(angle_deg, frequency_hz))
    assert np.isfinite(gain)
    assert gain == float(antenna.gain_dbi(-angle_deg, frequency_hz))
    assert gain <= float(antenna.peak_gain_dbi(frequency_hz)) + 1e-9
    assert float(antenna.gain_dbi(0.0, frequency_hz)) == pytest.approx(float(antenna.peak_gain_dbi(frequency_hz)))


@given(KINDS, FREQUENCIES)
def test_gain_has_no_jumps(antenna, frequency_hz) -> None:
    # a pattern of finite beamwidth changes little within a thousandth of it
    angle = np.linspace(0.0, 180.0, 1_801)
    step = 1e-9
    assert antenna.gain_dbi(np.minimum(angle + step, 180.0), frequency_hz) == pytest.approx(
        antenna.gain_dbi(angle, frequency_hz), abs=1e-3
    )


@any_antenna
def test_gain_has_the_arguments_common_shape(antenna) -> None:
    gain = antenna.gain_dbi(np.linspace(0.0, 180.0, 5)[:, None], np.array([4e8, 8e9]))
    assert (gain.shape, gain.dtype) == ((5, 2), np.float64)
    gain += 1.0  # the caller's own
    assert antenna.gain_dbi(30.0, 4e8).shape == ()
    assert gain[2, 1] == antenna.gain_dbi(90.0, 8e9) + 1.0


@any_antenna
@pytest.mark.parametrize(
    ("angle_deg", "frequency_hz", "field"),
    [(181.0, 1e9, "off_boresight_deg"), (np.nan, 1e9, "off_boresight_deg"), (0.0, 0.0, "frequency_hz")],
)
def test_an_angle_or_frequency_that_cannot_be_is_refused(antenna, angle_deg, frequency_hz, field) -> None:
    with pytest.raises(LinkInputError, match=f"^{field} is"):
        antenna.gain_dbi(angle_deg, frequency_hz)


@any_antenna
def test_an_antenna_says_what_its_gain_is_computed_by(antenna) -> None:
    assert antenna.source.reference
    assert antenna.source.equation


def test_fields_may_be_draws() -> None:
    draws = np.array([1.0, 1.2, 1.4])
    gain = Dish(diameter_m=draws, efficiency=np.array([0.5, 0.6, 0.7])).gain_dbi(np.zeros((4, 1)), 2.2e9)
    assert gain.shape == (4, 3)
    assert np.all(np.diff(gain) > 0)
    assert Yagi(boom_m=draws).gain_dbi(10.0, 437e6).shape == (3,)
    assert Helix(turns=draws * 10, circumference_m=0.7, spacing_m=0.16).gain_dbi(10.0, 437e6).shape == (3,)
    assert Beam(peak_dbi=draws, beamwidth_deg=60.0).gain_dbi(10.0, 437e6).shape == (3,)
    assert Patch(peak_dbi=6.0, beamwidth_deg=80.0 * draws).gain_dbi(10.0, 437e6).shape == (3,)
    with pytest.raises(LinkInputError, match=r"^diameter_m is 900\.0"):
        Dish(diameter_m=draws * np.array([1.0, 750.0, 1.0]))


def mean_gain(antenna: Radiator, frequency_hz: float) -> float:
    """Return the mean of the gain, as a ratio, over the sphere about the boresight."""
    angle = np.concatenate([np.linspace(0.0, 2.0, 20_001), np.linspace(2.0, 180.0, 20_001)[1:]])
    density = 10 ** (0.1 * antenna.gain_dbi(angle, frequency_hz)) * np.sin(np.radians(angle))
    return float(np.sum(0.5 * (density[1:] + density[:-1]) * np.diff(np.radians(angle))) / 2)


def test_an_isotropic_antenna_radiates_what_it_is_given() -> None:
    assert mean_gain(Isotropic(), 1e9) == pytest.approx(1.0, rel=1e-6)


def test_a_turnstile_radiates_what_it_is_given() -> None:
    # to the second term of the mean over azimuth
    assert mean_gain(Turnstile(), 1e9) == pytest.approx(1.0, abs=0.002)


def test_a_dipole_radiates_what_it_is_given() -> None:
    # about its wire, which stands across the boresight
    broadside = np.linspace(-90.0, 90.0, 20_001)
    power = 10 ** (0.1 * Dipole(floor_dbi=-60.0).gain_dbi(broadside, 1e9)) * np.cos(np.radians(broadside))
    assert float(np.mean(power) * np.pi / 2) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("peak_dbi", [5.0, 8.0, 12.0, 16.0, 20.0])
def test_a_beam_by_its_gain_radiates_no_more_than_it_is_given(peak_dbi) -> None:
    assert 0.75 < mean_gain(Yagi(peak_dbi=peak_dbi), 1e9) < 1.0


@pytest.mark.parametrize("turns", [5.0, 10.0, 20.0])
def test_a_helix_radiates_no_more_than_it_is_given(turns) -> None:
    helix = Helix(turns=turns, circumference_m=1.08, spacing_m=0.24)
    assert 0.75 < mean_gain(helix, 3e8) < 1.0


def test_a_patch_radiates_no_more_than_it_is_given() -> None:
    assert 0.9 < mean_gain(Patch(peak_dbi=8.3), 1e9) < 1.0


@pytest.mark.parametrize("diameter_m", [0.5, 3.0])
def test_a_dish_radiates_what_it_is_given(diameter_m) -> None:
    # the recommendation's side lobes are a mask: within 0.3 dB of the balance up to 100 wavelengths across
    dish = Dish(diameter_m=diameter_m)
    assert 10 * np.log10(mean_gain(dish, 8.2e9)) == pytest.approx(0.0, abs=0.3)


@pytest.mark.parametrize("efficiency", [0.5, 0.6, 0.75])
def test_the_main_lobe_of_a_dish_holds_no_more_than_it_is_given(efficiency) -> None:
    dish = Dish(diameter_m=30.0, efficiency=efficiency)
    angle = np.linspace(0.0, 2.0, 4_001)
    gain = dish.gain_dbi(angle, 3e8)
    main = gain >= gain[0] - 15.0
    power = np.where(main, 10 ** (0.1 * gain), 0.0) * np.sin(np.radians(angle))
    assert float(np.sum(power) * np.radians(angle[1]) / 2) < 1.0


def test_half_power_is_at_half_the_width() -> None:
    for antenna, width in ((Beam(peak_dbi=20.0, beamwidth_deg=18.0), 18.0), (Patch(peak_dbi=6.0), 80.0)):
        assert antenna.gain_dbi(0.5 * width, 1e9) - antenna.gain_dbi(0.0, 1e9) == pytest.approx(-3.0, abs=0.011)


def test_a_floor_is_held_below_the_peak() -> None:
    weak = Beam(peak_dbi=-12.0, beamwidth_deg=20.0)
    assert np.all(weak.gain_dbi(np.linspace(0.0, 180.0, 19), 1e9) == -12.0)
    assert float(Dipole().gain_dbi(90.0, 1e9)) == -20.0
    assert float(Patch(peak_dbi=6.0).gain_dbi(135.0, 1e9)) == -10.0


def test_a_table_is_interpolated_and_held() -> None:
    measured = Tabulated(angles_deg=(0.0, 60.0, 120.0), gains_dbi=(4.0, 6.0, -8.0))
    assert measured.gain_dbi(np.array([0.0, 30.0, 60.0, 90.0, 120.0, 180.0]), 1e9).tolist() == [4, 5, 6, -1, -8, -8]
    assert float(measured.peak_gain_dbi(1e9)) == 6.0


def test_a_turnstile_in_the_plane_of_its_dipoles() -> None:
    # the mean over azimuth, worked out by brute force
    across = np.linspace(0.0, np.pi / 2, 1_000, endpoint=False) + np.pi / 4_000
    one = np.square(np.cos(np.pi / 2 * np.cos(across)) / np.sin(across))
    mean = np.mean(one) * 1.6409223769845853
    assert float(Turnstile().gain_dbi(90.0, 1e9)) == pytest.approx(10 * np.log10(mean), abs=0.01)
    assert Turnstile().gain_dbi(30.0, 1e9) == pytest.approx(Turnstile().gain_dbi(150.0, 1e9))


def test_a_yagi_has_at_least_a_dipoles_gain_and_more_with_length() -> None:
    booms = Yagi(boom_m=np.array([0.01, 0.03, 0.5, 1.0, 2.0, 4.0, 8.0])).peak_gain_dbi(3e8)
    assert booms[:2] == pytest.approx([2.15, 2.15])
    assert np.all(np.diff(booms[1:]) > 1.5)
    assert Yagi(peak_dbi=12.0).boom_wavelengths(3e8) is None


def test_a_helix_out_of_its_mode() -> None:
    helix = Helix(turns=10.0, circumference_m=1.0, spacing_m=0.23)
    gain = helix.peak_gain_dbi(np.array([3e6, 3e8, 4.1e8, 8e8]))
    assert gain[0] == -10.0
    assert gain[1] < gain[2] == gain[3]
    assert float(helix.circumference_wavelengths(3e8)) == pytest.approx(1.0, abs=0.001)
    steep = [Helix(turns=10.0, circumference_m=1.0, spacing_m=spacing) for spacing in (0.23, 0.5)]
    assert [round(float(helix.pitch_deg())) for helix in steep] == [13, 27]
    assert float(steep[1].peak_gain_dbi(3e8)) < 20.0


def test_kraus_promises_more_than_is_measured() -> None:
    size = {"turns": 10.0, "circumference_m": 1.08, "spacing_m": 0.24}
    kraus, measured = Helix(**size, relation="kraus"), Helix(**size)
    assert 1.0 < kraus.peak_gain_dbi(3e8) - measured.peak_gain_dbi(3e8) < 3.0
    assert kraus.source != measured.source


def test_a_rough_dish() -> None:
    smooth, rough = Dish(diameter_m=3.0), Dish(diameter_m=3.0, surface_rms_m=0.002)
    lost = smooth.peak_gain_dbi(8.2e9) - rough.peak_gain_dbi(8.2e9)
    assert lost == pytest.approx(685.81 * float(rough.surface_rms_wavelengths(8.2e9)) ** 2, rel=1e-5)
