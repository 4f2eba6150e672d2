import numpy as np
import pytest

from radio.channel.tumbling import TumblingSettings


def level_db(time_s, **given):
    return 20 * np.log10(np.abs(TumblingSettings(**{"period_s": 8.0, **given}).gain(np.asarray(time_s))))


def test_a_dipole_across_its_axis_of_rotation_fades_twice_a_turn_to_the_depth_said():
    time_s = np.arange(0, 80, 0.001)
    level = level_db(time_s, least_db=-30.0)
    assert level.max() == pytest.approx(0, abs=1e-6)
    assert level.min() == pytest.approx(-30, abs=1e-6)
    deep = np.flatnonzero((level[1:-1] < level[:-2]) & (level[1:-1] <= level[2:]))
    np.testing.assert_allclose(np.diff(time_s[deep]), 4.0, atol=0.002)


def test_the_pattern_is_a_half_wave_dipoles():
    """Directivity over its maximum cos^2(pi/2 cos a) / sin^2 a: -3 dB 39 degrees off its equator (Balanis, 4.6)."""
    angle = np.radians([90.0, 60.0, 51.0, 30.0])
    wanted = 20 * np.log10(np.cos(np.pi / 2 * np.cos(angle)) / np.sin(angle))
    assert wanted[2] == pytest.approx(-3.0, abs=0.05)
    np.testing.assert_allclose(level_db(8.0 * angle / (2 * np.pi), least_db=-80.0), wanted, atol=1e-5)


@pytest.mark.parametrize("beamwidth_deg", [60.0, 80.0, 120.0])
def test_a_patch_has_half_its_power_at_the_edge_of_its_beam(beamwidth_deg):
    edge_s = 8.0 * beamwidth_deg / 2 / 360
    levels = level_db([0.0, edge_s, 8.0 - edge_s, 4.0], pattern="patch", beamwidth_deg=beamwidth_deg, least_db=-40.0)
    np.testing.assert_allclose(levels, [0, -3.0103, -3.0103, -40], atol=0.01)


@pytest.mark.parametrize(
    ("aspect_deg", "cant_deg", "nearest_deg", "farthest_deg"), [(70, 30, 40, 100), (20, 60, 40, 80)]
)
def test_the_antenna_passes_between_the_sum_and_the_difference_of_the_angles(
    aspect_deg, cant_deg, nearest_deg, farthest_deg
):
    levels = level_db([0.0, 4.0], aspect_deg=aspect_deg, cant_deg=cant_deg, least_db=-80.0)
    angle = np.radians([nearest_deg, farthest_deg])
    np.testing.assert_allclose(levels, 20 * np.log10(np.cos(np.pi / 2 * np.cos(angle)) / np.sin(angle)), atol=1e-4)


def test_looked_at_along_the_axis_of_rotation_it_does_not_fade():
    assert np.ptp(level_db(np.arange(0, 8, 0.1), aspect_deg=0.0, cant_deg=50.0)) < 1e-9


def test_the_phase_says_where_the_turn_begins():
    time_s = np.arange(0, 8, 0.1)
    np.testing.assert_allclose(level_db(time_s, phase_deg=90.0), level_db(time_s + 2.0), atol=1e-9)
