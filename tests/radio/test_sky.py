from dataclasses import replace

import numpy as np
import pytest

from radio.errors import ProfileError
from radio.link_state import LinkStates
from radio.sky import LegSettings, Sky, SkySettings


def settings(seed=1, **leg_changes):
    t = np.arange(4.0)
    states = LinkStates(
        t, 600e3 - 5000 * t, -5000 + 0 * t, 40 + 0 * t, 70 + 0 * t, -0.4 + 0 * t, -10.4 + 0 * t, 2 + 0 * t
    )
    leg = LegSettings(145.9e6, 1.0, 5.0, 0.3, True, 200e3, 8, 4.0)
    downlink = replace(leg, carrier_hz=437e6, **leg_changes)
    return SkySettings(240e3, 2400, seed, leg, downlink, states, replace(states, c_n0_db_hz=60 + 0 * t))


def run(sky_settings, sizes=(2400, 2400, 2400)):
    rng = np.random.default_rng(5)
    tx = rng.standard_normal((2, 2 * sum(sizes)), dtype=np.float32).view(np.complex64)
    sky, parts = Sky(sky_settings), []
    for end, size in zip(np.cumsum(sizes), sizes, strict=True):
        parts.append(np.stack(sky.exchange(*tx[:, end - size : end])))
    return np.concatenate(parts, axis=1)


def test_the_same_settings_make_the_same_samples():
    np.testing.assert_array_equal(run(settings()), run(settings()))


def test_another_seed_makes_others():
    ground, flatsat = run(settings(seed=1)) != run(settings(seed=2))
    assert ground.mean() > 0.5
    assert flatsat.mean() > 0.5


def test_the_two_directions_share_no_noise():
    ground, flatsat = run(settings())[:, :500]  # before anything has arrived
    assert abs(np.vdot(ground, flatsat)) < 0.2 * np.linalg.norm(ground) * np.linalg.norm(flatsat)


def test_the_split_into_blocks_leaves_no_bit_different():
    np.testing.assert_array_equal(run(settings(), (7200,)), run(settings(), (1, 2399, 700, 4100)))


def test_what_the_flatsat_sends_reaches_the_ground_and_the_other_way_round():
    loud = (20 * np.ones(2400)).astype(np.complex64)
    silence = np.zeros(2400, dtype=np.complex64)
    ground, flatsat = Sky(settings()).exchange(silence, loud)
    assert np.std(ground[600:]) > 5 * np.std(ground[:300])
    assert np.std(flatsat[600:]) < 1.2 * np.std(flatsat[:300])
    ground, flatsat = Sky(settings()).exchange(loud, silence)
    assert np.std(flatsat[600:]) > 5 * np.std(flatsat[:300])
    assert np.std(ground[600:]) < 1.2 * np.std(ground[:300])


def test_settings_survive_a_file(tmp_path):
    kept = settings(clock_error_ppm=-3.0)
    kept.save(tmp_path / "sky.npz")
    loaded = SkySettings.load(tmp_path / "sky.npz")
    assert (loaded.uplink, loaded.downlink, loaded.seed, loaded.block) == (kept.uplink, kept.downlink, 1, 2400)
    np.testing.assert_array_equal(loaded.downlink_states.c_n0_db_hz, kept.downlink_states.c_n0_db_hz)
    np.testing.assert_array_equal(run(loaded), run(kept))


def damaged(path, kind):
    if kind == "no such file":
        return
    if kind == "not a zip":
        path.write_bytes(b"hello")
    elif kind == "cut short":
        settings().save(path)
        path.write_bytes(path.read_bytes()[:-200])
    elif kind == "other arrays":
        np.savez(path, a=np.zeros(3))
    else:
        settings().save(path)
        with np.load(path) as stored:
            content = dict(stored)
        if kind == "field missing":
            text = str(content["settings"]).replace('"adc_bits": 8, ', "")
            content["settings"] = np.asarray(text)
        else:
            content["uplink_time_s"] = np.zeros(4)
        np.savez(path, **content)


@pytest.mark.parametrize(
    "kind", ["no such file", "not a zip", "cut short", "other arrays", "field missing", "uneven times"]
)
def test_what_is_no_settings_file_is_told(tmp_path, kind):
    path = tmp_path / "sky.npz"
    damaged(path, kind)
    with pytest.raises(ProfileError, match=r"settings is '.*sky.npz', accepted: a file of sky settings"):
        SkySettings.load(path)
