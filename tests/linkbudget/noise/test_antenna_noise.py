import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from linkbudget.errors import LinkInputError
from linkbudget.noise.antenna_noise import (
    AntennaNoise,
    antenna_temperature_k,
    antenna_temperature_parts_k,
    antenna_temperature_sources,
)
from linkbudget.noise.galaxy import GALAXIES, galactic_temperature_k
from linkbudget.noise.ground import beam_on_ground
from linkbudget.noise.man_made import ENVIRONMENTS, man_made_temperature_k

SHARES = st.floats(0.0, 1.0)
NOISES = st.builds(
    AntennaNoise,
    galaxy=st.sampled_from(GALAXIES),
    ground_fraction=SHARES,
    beamwidth_deg=st.none() | st.floats(0.01, 360.0),
    environment=st.sampled_from(ENVIRONMENTS),
    man_made_deviation_db=st.floats(-60.0, 60.0),
    man_made_discrimination_db=st.floats(0.0, 100.0),
)


@given(NOISES, st.floats(1e6, 3e11), st.floats(-90.0, 90.0), st.floats(0.0, 300.0), st.floats(150.0, 320.0))
def test_the_parts_are_the_whole(
    noise: AntennaNoise, frequency_hz: float, elevation_deg: float, attenuation_db: float, air_k: float
) -> None:
    view = frequency_hz, elevation_deg, attenuation_db, air_k
    parts = antenna_temperature_parts_k(noise, *view)
    assert all(np.isfinite(part) and part >= 0.0 for part in parts.values())
    assert float(antenna_temperature_k(noise, *view)) == pytest.approx(sum(float(part) for part in parts.values()))
    assert set(antenna_temperature_sources(noise)) == set(parts)


def test_a_clear_sky_alone() -> None:
    parts = antenna_temperature_parts_k(AntennaNoise(galaxy="cold"), 408e6, 90.0, 0.0)
    assert {name: float(part) for name, part in parts.items()} == pytest.approx(
        {"cosmic_k": 2.725, "galaxy_k": 17.1, "atmosphere_k": 0.0, "ground_k": 0.0, "man_made_k": 0.0}
    )


def test_what_is_assumed() -> None:
    plain = AntennaNoise(galaxy="median", environment="city")
    full = AntennaNoise(
        galaxy="median",
        ground_fraction=0.0,
        environment="city",
        man_made_deviation_db=0.0,
        man_made_discrimination_db=0.0,
    )
    assert antenna_temperature_k(plain, 145e6, 3.0, 1.0) == antenna_temperature_k(full, 145e6, 40.0, 1.0, 275.0)


def test_each_part_is_that_of_its_own_module() -> None:
    noise = AntennaNoise(
        galaxy="warm",
        ground_fraction=0.1,
        beamwidth_deg=20.0,
        environment="rural",
        man_made_deviation_db=3.0,
        man_made_discrimination_db=10.0,
    )
    on_ground = 0.1 + 0.9 * float(beam_on_ground(6.0, 20.0))
    behind = galactic_temperature_k("warm", 145e6) + 2.725
    passed = 10.0**-0.04
    sky = (1.0 - on_ground) * (270.0 * (1.0 - passed) + behind * passed)  # ITU-R P.618-14 eq 69
    expected = sky + on_ground * 290.0 + man_made_temperature_k("rural", 145e6, -7.0)
    assert float(antenna_temperature_k(noise, 145e6, 6.0, 0.4, 270.0)) == pytest.approx(float(expected))


@given(st.sampled_from(GALAXIES), st.floats(1e7, 1e11), st.floats(0.0, 300.0), st.floats(200.0, 300.0))
def test_the_sky_is_between_what_is_behind_and_the_air(
    galaxy: str, frequency_hz: float, attenuation_db: float, air_k: float
) -> None:
    behind_k = float(galactic_temperature_k(galaxy, frequency_hz)) + 2.725
    sky_k = float(antenna_temperature_k(AntennaNoise(galaxy=galaxy), frequency_hz, 45.0, attenuation_db, air_k))
    assert min(behind_k, air_k) * (1 - 1e-9) <= sky_k <= max(behind_k, air_k) * (1 + 1e-9)


def test_an_antenna_on_the_earth_alone_is_at_290_k() -> None:
    for noise in (AntennaNoise(ground_fraction=1.0), AntennaNoise(beamwidth_deg=5.0)):
        assert float(antenna_temperature_k(noise, 437e6, -90.0, 1.0)) == pytest.approx(290.0)


@given(st.floats(0.1, 90.0), st.floats(0.1, 60.0))
def test_a_low_beam_is_warmer(elevation_deg: float, beamwidth_deg: float) -> None:
    noise = AntennaNoise(beamwidth_deg=beamwidth_deg)
    high = antenna_temperature_k(noise, 437e6, elevation_deg, 0.0)
    low = antenna_temperature_k(noise, 437e6, elevation_deg * 0.5, 0.0)
    assert low >= high


def test_a_known_temperature_stands_for_all() -> None:
    noise = AntennaNoise(antenna_temperature_k=np.array([130.0, 500.0]), environment="city", ground_fraction=0.5)
    assert antenna_temperature_k(noise, 437e6, 5.0, 3.0) == pytest.approx([130.0, 500.0])
    assert list(antenna_temperature_sources(noise)) == ["given_k"]


def test_shapes_broadcast_and_small_axes_stay_small() -> None:
    elevation_deg = np.linspace(5.0, 90.0, 7)[:, None]
    noise = AntennaNoise(
        ground_fraction=np.linspace(0.0, 0.2, 3), environment="rural", man_made_deviation_db=np.array([-1.0, 0.0, 1.0])
    )
    parts = antenna_temperature_parts_k(noise, 437e6, elevation_deg, 0.1 / np.sin(np.radians(elevation_deg)))
    assert {name: part.shape for name, part in parts.items()} == {
        "cosmic_k": (7, 3),
        "galaxy_k": (7, 3),
        "atmosphere_k": (7, 3),
        "ground_k": (3,),
        "man_made_k": (3,),
    }
    assert antenna_temperature_k(noise, 437e6, elevation_deg, 0.1).shape == (3,)


def test_a_file_s_table() -> None:
    text = {"galaxy": "cold", "environment": "quiet-rural", "ground_fraction": 0.05, "beamwidth_deg": 30}
    noise = TypeAdapter(AntennaNoise).validate_python(text)
    assert (noise.galaxy, noise.environment, noise.beamwidth_deg) == ("cold", "quiet-rural", 30.0)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"galaxy": "hot"}, "galaxy"),
        ({"environment": "suburb"}, "environment"),
        ({"ground_fraction": 1.1}, "ground_fraction"),
        ({"antenna_temperature_k": -1.0}, "antenna_temperature_k"),
        ({"beamwidth_deg": 0.0}, "beamwidth_deg"),
    ],
)
def test_what_is_no_antenna_s_noise(fields: dict[str, object], named: str) -> None:
    with pytest.raises(LinkInputError) as caught:
        AntennaNoise(**fields)
    assert caught.value.field == named


def test_a_negative_attenuation() -> None:
    with pytest.raises(LinkInputError) as caught:
        antenna_temperature_k(AntennaNoise(), 437e6, 10.0, np.array([0.1, -0.1]))
    assert caught.value.field == "attenuation_db"
