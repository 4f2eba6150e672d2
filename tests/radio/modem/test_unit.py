import numpy as np
import pytest

from radio.modem.acquisition import Acquired
from radio.modem.modulator import Modulator
from radio.modem.sample_buffer import SampleBuffer
from radio.modem.tracker import Tracker, TrackerSettings
from radio.modem.unit import CONSTELLATION_POINTS, Framing, Unit, longest_unit
from radio.modem.waveform import waveform_of
from radio.profile import Profile

COHERENT = ["bpsk", "qpsk", "oqpsk", "gmsk"]
SQUARED = ["bpsk", "gmsk"]
LEAD = 200
FRAME = bytes(range(60))


class OnTrial:
    """A burst, and a unit that has been told where its marker begins: ``late`` symbol periods late."""

    def __init__(self, leg, air, es_n0_db=12.0, late=0.0, offset_hz=0.0, turn=1.0, seed=1):
        profile, rng = leg.profile, np.random.default_rng(seed)
        code, waveform = profile.code(), waveform_of(profile)
        x = leg.carried(leg.burst(FRAME), air(es_n0_db, lead=LEAD, trail=LEAD), rng) * np.complex64(turn)
        self.framing = Framing.of(code, waveform, profile.line_code == "nrz-m", profile.frame_octets)
        settings = TrackerSettings.of(waveform, profile.carrier_hz, profile.symbol_rate_baud)
        start = LEAD + 4 * (8 + len(code.acquisition) / profile.bits_per_symbol + late)
        marker = self.framing.marker_ticks
        self.tracker = Tracker(settings, Acquired(start, offset_hz / leg.rate_hz, 1.0), marker, len(marker))
        self.start, self.unit, self.buffer = start, Unit(self.framing, self.tracker), SampleBuffer()
        self.buffer.append(x.astype(np.complex64))
        self.judged = self.unit.advance(self.buffer, on_trial=True)


@pytest.fixture
def on_trial(link, air):
    def made(modulation, line_code="nrz-l", changes=None, **path):
        return OnTrial(link(modulation, rate_hz=4 * 38400.0, line_code=line_code, **(changes or {})), air, **path)

    return made


@pytest.mark.parametrize("modulation", COHERENT)
@pytest.mark.parametrize("line_code", ["nrz-l", "nrz-m"])
def test_a_unit_gives_its_frame(on_trial, modulation, line_code):
    trial = on_trial(modulation, line_code)
    unit = trial.unit
    assert trial.judged
    assert unit.marker_certainty() > 6
    assert unit.carrier_would_show == (modulation in SQUARED)
    assert unit.carrier_certainty() > (8 if modulation in SQUARED else 1)
    assert unit.marker_is_as_strong_as_the_rest()
    assert unit.advance(trial.buffer, on_trial=False)
    assert unit.over
    assert unit.result.frame == FRAME
    assert unit.started == pytest.approx(trial.start, abs=0.3)
    sent = trial.framing.code.encode(FRAME)
    comparison = unit.against(FRAME)
    assert (comparison.symbols, comparison.errors) == (len(sent) - len(trial.framing.code.marker), 0)
    assert unit.against(bytes(60)).errors > 100


@pytest.mark.parametrize("modulation", COHERENT)
@pytest.mark.parametrize("line_code", ["nrz-l", "nrz-m"])
def test_not_one_symbol_is_wrong_without_noise(on_trial, modulation, line_code):
    """Nor the first one after the marker: no code mends it here."""
    marker = {"sync_marker": "1ACFFC1D352EF853"}
    trial = on_trial(modulation, line_code, {"coding": {"kind": "cadu", **marker}}, es_n0_db=30.0)
    trial.unit.advance(trial.buffer, on_trial=False)
    assert trial.unit.result.frame == FRAME


@pytest.mark.parametrize(("modulation", "turns"), [("bpsk", [1, -1]), ("qpsk", [1, 1j, -1, -1j]), ("gmsk", [1, -1])])
def test_the_marker_tells_which_way_round_the_symbols_are(on_trial, modulation, turns):
    for turn in turns:
        trial = on_trial(modulation, turn=turn)
        trial.unit.advance(trial.buffer, on_trial=False)
        assert trial.unit.result.frame == FRAME


@pytest.mark.parametrize("modulation", COHERENT)
@pytest.mark.parametrize("late", [-16, 40, 300])
def test_other_symbols_are_not_as_strong_as_the_marker(on_trial, modulation, late):
    """Late or early by whole symbols, the carrier is there but the marker is not."""
    assert not on_trial(modulation, late=late).unit.marker_is_as_strong_as_the_rest()


@pytest.mark.parametrize("modulation", COHERENT)
def test_the_marker_is_as_strong_as_the_rest_at_the_least_es_n0(on_trial, modulation):
    es_n0_db = -1.5 if modulation in ("bpsk", "gmsk") else 2.5
    strong = [on_trial(modulation, es_n0_db=es_n0_db, seed=k).unit.marker_is_as_strong_as_the_rest() for k in range(40)]
    assert all(strong)


@pytest.mark.parametrize("modulation", SQUARED)
def test_at_a_wrong_carrier_offset_no_carrier_shows(on_trial, modulation):
    units = [on_trial(modulation, offset_hz=sign * 2900.0, seed=3).unit for sign in (-1, 1)]
    assert all(unit.carrier_would_show and unit.carrier_certainty() < 3 for unit in units)


@pytest.mark.parametrize("modulation", COHERENT)
def test_a_constellation_is_of_unit_power_and_of_at_most_256_points(on_trial, modulation):
    trial = on_trial(modulation, es_n0_db=20.0)
    trial.unit.advance(trial.buffer, on_trial=False)
    points = trial.unit.constellation()
    assert (len(points), points.dtype) == (CONSTELLATION_POINTS, np.complex64)
    assert np.mean(np.abs(points) ** 2) == pytest.approx(1, abs=1e-4)
    if modulation == "qpsk":
        np.testing.assert_allclose(np.abs(points.real), np.sqrt(0.5), atol=0.35)


def test_samples_that_do_not_reach_leave_a_unit_waiting(on_trial):
    trial = on_trial("bpsk")
    held, unit = SampleBuffer(), Unit(trial.framing, trial.tracker)
    held.append(np.zeros(LEAD, dtype=np.complex64))
    before = trial.tracker.position
    assert not unit.advance(held, on_trial=True)
    assert trial.tracker.position == before


def test_the_longest_unit_is_known_from_the_frame_length(link):
    stream, burst = link("bpsk", transmission="continuous").profile.code(), Profile.load("leo-bpsk").uplink.code()
    assert longest_unit(stream, 60) == len(stream.encode(bytes(60))) - len(stream.marker)
    assert longest_unit(burst, 256) == len(burst.encode(bytes(256))) - len(burst.marker) + 128


def test_in_nrz_m_the_marker_is_sent_as_levels(link):
    profile = link("bpsk", line_code="nrz-m").profile
    code = profile.code()
    framing = Framing.of(code, waveform_of(profile), True, 60)
    np.testing.assert_array_equal(framing.marker_levels, np.cumprod(code.marker))
    sent = Modulator(profile, 4 * 38400.0).burst(code.marker)
    plain = link("bpsk").profile
    np.testing.assert_array_equal(sent, Modulator(plain, 4 * 38400.0).burst(framing.marker_levels))
