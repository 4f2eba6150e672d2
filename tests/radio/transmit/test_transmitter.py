import numpy as np
import pytest

from radio.transmit.interlock import HOLD_S, LOST_S, Interlock
from radio.transmit.transmitter import AHEAD_S, Transmitter
from tests.radio.transmit.conftest import Clock, MemoryDevice, silence, tone

RATE_HZ = 250e3
BLOCK_S = 0.01
STEP_S = 0.002


class Node:
    """Gives samples block by block: as time goes by, or all at once; none while it stands still."""

    def __init__(self, samples, begin_s, at_once=False):
        self._blocks = np.split(samples, range(2500, len(samples), 2500))
        self._begin_s, self._at_once = begin_s, at_once
        self._given = 0
        self._asked_s = None
        self.still_from_s = np.inf

    def take(self, now_s):
        self._asked_s = self._asked_s or now_s
        due_s = self._begin_s + (0 if self._at_once else self._given * BLOCK_S)
        if now_s < due_s or now_s >= self.still_from_s or self._given >= len(self._blocks):
            return None
        self._asked_s = None
        self._given += 1
        return self._blocks[self._given - 1]

    def waited_s(self, now_s):
        return 0.0 if self._asked_s is None else now_s - self._asked_s


class AsItIs:
    """The link's samples are the device's. A filter would remember what is no number."""

    def process(self, samples):
        assert np.isfinite(samples).all()
        return samples


class Bench:
    """A transmitter whose time passes as it is told."""

    def __init__(self, permit, emission, samples, at_once=False, turn_around_s=0.0, **device):
        self.clock, self.events = Clock(), []
        self.begin_s = self.clock.time_s
        self.device = MemoryDevice(self.clock, RATE_HZ, **device)
        self.node = Node(samples, self.begin_s, at_once)
        self.interlock = Interlock(permit, emission)
        self.transmitter = Transmitter(
            self.device, self.interlock, self.node, AsItIs(), self._report, self.clock, turn_around_s
        )

    def _report(self, event, **fields):
        self.events.append((event, fields))

    def run(self, duration_s):
        end_s = self.clock.time_s + duration_s
        while self.clock.time_s < end_s:
            self.transmitter.step()
            self.clock.sleep(STEP_S)

    @property
    def told(self):
        return [(event, fields.get("cause")) for event, fields in self.events]

    def switched_s(self):
        return [(what, round(time_s - self.begin_s, 3)) for what, time_s in self.device.switched]


def at_rate(duration_s, amplitude=0.5):
    return tone(duration_s, amplitude, RATE_HZ)


def quiet(duration_s):
    return silence(duration_s, RATE_HZ)


@pytest.fixture
def bench(permit, emission):
    def of(samples, limits=None, **known):
        return Bench(permit(**(limits or {})), emission(), np.concatenate(samples), **known)

    return of


def test_a_burst_goes_out_whole_and_the_carrier_is_on_for_it_alone(bench):
    burst = at_rate(0.3)
    rig = bench([quiet(0.2), burst, quiet(0.5)])
    rig.run(1.0)
    (_, on_s), (_, off_s) = rig.switched_s()
    assert rig.told == [("transmitting", None), ("off", "silence")]
    assert on_s == pytest.approx(0.2, abs=0.015)
    assert off_s == pytest.approx(0.5 + HOLD_S + 0.02, abs=0.03)
    out = rig.device.samples
    begin = np.flatnonzero(out)[0]
    assert np.array_equal(out[begin : begin + len(burst)], burst)
    assert rig.transmitter.counts.late == 0


@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize("turn_around_s", [0.0, 0.08])
def test_a_device_is_never_given_more_ahead_than_it_may_be(bench, at_once, turn_around_s):
    rig = bench([at_rate(0.5), quiet(1)], at_once=at_once, turn_around_s=turn_around_s)
    rig.run(1.5)
    assert rig.device.ahead_s() <= AHEAD_S + 1e-9
    assert rig.transmitter.counts.late == 0
    assert len(rig.device.switched) == 2


def test_a_device_that_turns_around_gets_its_signal_afterwards(bench):
    burst = at_rate(0.2)
    rig = bench([burst, quiet(1)], turn_around_s=0.15, on_takes_s=0.03)
    rig.run(1.0)
    first_s = next(time_s for time_s, samples in rig.device.writes if samples.any())
    assert first_s >= rig.device.switched[0][1] + 0.15
    out = rig.device.samples
    begin = np.flatnonzero(out)[0]
    assert np.array_equal(out[begin : begin + len(burst)], burst)
    assert rig.events[0][1]["turn_around_s"] == pytest.approx(0.18, abs=1e-6)
    assert rig.transmitter.counts.turn_around_s == pytest.approx(0.18, abs=1e-6)


def test_a_device_stays_off_for_a_moment_between_bursts(bench):
    rig = bench([part for _ in range(4) for part in (at_rate(0.1), quiet(0.04))], at_once=True)
    rig.run(1.0)
    times_s = [time_s for _, time_s in rig.device.switched]
    assert len(times_s) == 8
    assert min(on_s - off_s for off_s, on_s in zip(times_s[1:-1:2], times_s[2::2], strict=True)) >= 0.02 - 1e-9
    assert np.count_nonzero(rig.device.samples) == 4 * 25_000


@pytest.mark.parametrize(("wrong", "cause"), [(1.5, "amplitude"), (np.nan, "not a number"), (-np.inf, "not a number")])
def test_nothing_is_sent_of_a_block_that_must_not_be(bench, wrong, cause):
    samples = np.concatenate(
        (at_rate(0.1, 0.25), quiet(0.3), at_rate(0.1, 0.5), quiet(0.3), at_rate(0.1, 0.75), quiet(0.2))
    )
    samples[100_300] = wrong  # in the first block of the second burst
    rig = bench([samples])
    rig.run(1.2)
    assert rig.told == [("transmitting", None), ("off", "silence"), ("refused", cause)]
    assert rig.events[-1][1]["latched"]
    assert set(np.round(np.abs(rig.device.samples), 3)) <= {0.0, 0.25}


def test_after_a_reset_the_next_burst_goes_out(bench):
    rig = bench([at_rate(0.1, 1.5), quiet(0.3), at_rate(0.1, 0.25), quiet(0.3), at_rate(0.1, 0.75), quiet(0.3)])
    rig.run(0.6)
    assert rig.device.writes == []
    rig.transmitter.reset()
    rig.run(0.8)
    assert set(np.round(np.abs(rig.device.samples), 3)) == {0.0, 0.75}


def test_a_fault_in_a_burst_lets_out_what_was_given_and_no_more(bench):
    samples = np.concatenate((at_rate(0.5), quiet(0.2)))
    samples[50_000] = 1.1
    rig = bench([samples])
    rig.run(0.7)
    assert rig.told == [("transmitting", None), ("off", "amplitude"), ("refused", "amplitude")]
    assert np.count_nonzero(rig.device.samples) <= 50_000
    assert rig.switched_s()[-1][1] < 0.2 + AHEAD_S + 0.04


@pytest.mark.parametrize("at_once", [False, True], ids=["no backlog", "backlog"])
def test_a_node_that_stands_still_switches_off_in_time(bench, at_once):
    """At the worst with a backlog: what waits here is transmitted until the node is missed."""
    for phase in range(10):
        rig = bench([at_rate(3.0)], at_once=at_once, turn_around_s=0.05)
        rig.node.still_from_s = rig.begin_s + 0.5 + phase * 0.001
        rig.run(1.0)
        assert rig.told == [("transmitting", None), ("off", "samples lost"), ("refused", "samples lost")]
        assert rig.device.switched[-1][1] - rig.node.still_from_s < 0.09
        assert not rig.events[-1][1]["latched"]


def test_samples_that_come_late_are_counted_and_the_device_is_given_silence(bench):
    rig = bench([at_rate(0.2), quiet(0.5)])
    rig.run(0.1)
    rig.clock.sleep(0.001)
    rig.node.still_from_s, goes_on_s = rig.clock.time_s, rig.clock.time_s + LOST_S - 0.012
    while rig.clock.time_s < goes_on_s:
        rig.transmitter.step()
        rig.clock.sleep(STEP_S)
    rig.node.still_from_s = np.inf
    rig.run(0.5)
    assert rig.transmitter.counts.late == 1
    assert rig.events[-1][1]["late"] == 1
    assert rig.told[-1] == ("off", "silence")


def test_what_is_too_long_is_cut(bench):
    rig = bench([at_rate(2.0), quiet(0.5)], limits={"longest_s": 0.5})
    rig.run(2.5)
    assert rig.told == [("transmitting", None), ("off", "too long"), ("refused", "too long")]
    assert rig.switched_s()[-1][1] < 0.5 + 0.1


def test_duty_is_counted_over_bursts(bench):
    rig = bench(
        [part for _ in range(8) for part in (at_rate(0.2), quiet(0.2))], limits={"duty": 0.1, "duty_window_s": 10.0}
    )
    rig.run(3.2)
    assert next(fields["cause"] for event, fields in rig.events if event == "refused") == "duty"
    assert rig.transmitter.counts.on_s < 1.0 + 0.06
    assert rig.transmitter.counts.bursts == 4


def test_to_stop_switches_off(bench):
    rig = bench([at_rate(2.0)])
    rig.run(0.3)
    rig.transmitter.stop("stopped")
    assert not rig.device.is_on
    assert rig.told[-1] == ("off", "stopped")
    rig.transmitter.stop("stopped")
    assert rig.told.count(("off", "stopped")) == 1
