from dataclasses import replace

import numpy as np
import pytest

from radio.channel.adjacent_channel import AdjacentChannelSettings
from radio.channel.attenuator import AttenuationSettings, AttenuatorSettings
from radio.channel.dropped_transfers import DroppedTransferSettings
from radio.channel.gain_control import GainControlSettings
from radio.channel.impairments import FrontEndImpairments, PathImpairments
from radio.channel.interference_bursts import InterferenceBurstSettings
from radio.channel.iq_imbalance import IqImbalance
from radio.channel.oscillator import WarmUpSettings
from radio.channel.phase_noise import PhaseNoiseSettings
from radio.channel.scintillation import IonosphericSettings, TroposphericSettings
from radio.channel.shadow_states import ShadowStateSettings, ShadowStatesSettings
from radio.channel.tumbling import TumblingSettings
from radio.errors import ChannelError, ProfileError
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


STATE = ShadowStateSettings(direct_db=-1.0, shadowing_db=1.0, multipath_db=-12.0, mean_s=0.05)
PATH = {
    "warm_up": WarmUpSettings(cold_ppm=4.0, time_constant_s=1.0),
    "shadow_states": ShadowStatesSettings(good=STATE, bad=replace(STATE, direct_db=-9.0), transition_s=0.01),
    "ionospheric_scintillation": IonosphericSettings(s4=0.4, decorrelation_s=0.05),
    "tropospheric_scintillation": TroposphericSettings(sigma_db=1.0, corner_hz=5.0),
    "tumbling": TumblingSettings(period_s=0.1, phase_deg=30.0),
    "attenuator": AttenuatorSettings(schedule=(AttenuationSettings(time_s=0.005, attenuation_db=6.0),)),
    "adjacent_channel": AdjacentChannelSettings(offset_hz=40e3, i_n0_db_hz=65.0),
    "interference_bursts": InterferenceBurstSettings(per_s=200.0, duration_s=0.001, i0_n0_db=10.0),
}
FRONT_END = {
    "phase_noise": PhaseNoiseSettings(level_dbc_hz=-75.0),
    "iq_imbalance": IqImbalance(gain_db=0.5, phase_deg=2.0),
    "dc_i_lsb": 0.7,
    "gain_control": GainControlSettings(),
    "dropped_transfers": DroppedTransferSettings(probability=0.002, transfer_samples=50),
}


def everything():
    return {"path": PathImpairments(**PATH), "front_end": FrontEndImpairments(**FRONT_END)}


def test_with_everything_wrong_the_split_into_blocks_leaves_no_bit_different():
    whole = run(settings(**everything()), (7200,))
    np.testing.assert_array_equal(whole, run(settings(**everything()), (1, 2399, 700, 0, 4100)))
    assert whole[0].any()


def test_what_is_wrong_with_one_direction_leaves_the_other_as_it_is():
    np.testing.assert_array_equal(run(settings(**everything()))[1], run(settings())[1])


@pytest.mark.parametrize("name", sorted(PATH))
def test_each_thing_wrong_with_the_way_changes_what_is_heard(name):
    changed = run(settings(path=PathImpairments(**{name: PATH[name]})))[0]
    assert np.mean(changed != run(settings())[0]) > 0.02


@pytest.mark.parametrize("name", sorted(FRONT_END))
def test_each_thing_wrong_with_the_receiver_changes_what_is_heard(name):
    changed = run(settings(front_end=FrontEndImpairments(**{name: FRONT_END[name]})))[0]
    assert np.mean(changed != run(settings())[0]) > 0.02


def test_one_impairment_does_not_change_what_is_drawn_for_another():
    """The noise is that of the same sky without the neighbour, which is 40 dB below it."""
    quiet = PathImpairments(adjacent_channel=AdjacentChannelSettings(offset_hz=0.0, i_n0_db_hz=-20.0))
    assert np.mean(run(settings(path=quiet))[0] != run(settings())[0]) < 0.01


def test_the_attenuator_is_set_while_the_sky_works():
    plain, bench = Sky(settings()), Sky(settings())
    loud, silence = (50 * np.ones(2400)).astype(np.complex64), np.zeros(2400, dtype=np.complex64)
    bench.downlink.attenuator.set(20.0)
    levels = [np.std(sky.exchange(silence, loud)[0][1000:]) for sky in (plain, bench)]
    assert levels[0] > 3 * levels[1]
    np.testing.assert_array_equal(*(sky.exchange(silence, silence)[1] for sky in (plain, bench)))


def test_what_there_is_at_an_antenna_has_the_power_that_c_n0_says_and_no_noise():
    """C/N0 of 70 dB Hz in 240 kHz, for a receiver that adds the noise itself; attenuated, as what others hear."""
    free = LinkStates(np.arange(4.0), *(x + np.zeros(4) for x in (600e3, 0.0, 40.0, 70.0, 0.0, -200.0, 0.0)))
    leg = Sky(replace(settings(), uplink_states=free)).uplink
    leg.attenuator.set(6.0)
    at_antenna = leg.propagate(np.ones(24_000, dtype=np.complex64))
    assert not at_antenna[:400].any()  # 600 km are 480 samples
    power_db = 10 * np.log10(np.abs(at_antenna[1000:]) ** 2)
    np.testing.assert_allclose(power_db, 70 - 10 * np.log10(240e3) - 6, atol=0.05)


def test_settings_with_everything_wrong_survive_a_file(tmp_path):
    kept = settings(**everything())
    kept.save(tmp_path / "sky.npz")
    loaded = SkySettings.load(tmp_path / "sky.npz")
    assert (loaded.uplink, loaded.downlink) == (kept.uplink, kept.downlink)
    np.testing.assert_array_equal(run(loaded), run(kept))


def test_a_neighbour_out_of_the_band_is_refused():
    far = PathImpairments(adjacent_channel=AdjacentChannelSettings(offset_hz=120e3, i_n0_db_hz=60.0))
    with pytest.raises(ChannelError, match=r"offset_hz is 120000\.0"):
        Sky(settings(path=far))


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
