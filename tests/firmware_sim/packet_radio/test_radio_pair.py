"""Two packet radios and the air between them: octets and times in, octets out."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.errors import SettingError
from firmware_sim.packet_radio.radio_pair import RadioPair
from firmware_sim.packet_radio.settings import RadioSettings
from radio.serial_radio.kiss import KissCommand, KissDeframer, KissFrame, tx_delay
from radio.serial_radio.length_prefixed import LengthDeframer
from radio.serial_radio.length_prefixed import encode as encode_length_prefixed

GROUND, FLATSAT = 0, 1
FRAME, SHORT = b"f" * 100, b"f" * 10
AIR_S = 0.02 + 8 * 100 / 9600
LINE_S = 103 * 10 / 115_200
"""Of that frame in KISS."""


class Hosts:
    """Two hosts and the time they live in."""

    def __init__(self, seed=0, **fields):
        self.settings = RadioSettings(**fields)
        self.pair = RadioPair(self.settings, seed)
        self.now_s = 0.0
        kiss = self.settings.framing == "kiss"
        self.deframers = [KissDeframer(4096) if kiss else LengthDeframer(4096) for _ in range(2)]
        self.heard = [], []
        """By host: when each frame was there, and the frame."""

    def write(self, host, octets):
        written = [b"", b""]
        written[host] = octets
        self._step(written)

    def send(self, host, frame):
        kiss = self.settings.framing == "kiss"
        self.write(host, KissFrame(KissCommand.DATA, frame).encode() if kiss else encode_length_prefixed(frame))

    def run_until(self, end_s):
        while (due_s := self.pair.next_due_s) <= end_s:
            self.now_s = max(self.now_s, due_s)
            self._step([b"", b""])
        self.now_s = end_s
        self._step([b"", b""])

    def _step(self, written):
        for host, octets in enumerate(self.pair.step(written, self.now_s)):
            for frame in self.deframers[host].feed(octets):
                self.heard[host].append((self.now_s, frame.data if isinstance(frame, KissFrame) else frame))

    def counted(self, host):
        counters = self.pair.radios[host].counters
        names = ("sent", "heard", "lost", "corrupted", "collided", "no_room")
        return {name: getattr(counters, name) for name in names if getattr(counters, name)}


def test_a_frame_takes_its_line_its_air_its_light_and_its_line_again():
    hosts = Hosts(light_time_s=0.3)
    hosts.send(GROUND, FRAME)
    hosts.run_until(10.0)
    [(arrived_s, frame)] = hosts.heard[FLATSAT]
    assert frame == FRAME
    assert arrived_s == pytest.approx(2 * LINE_S + AIR_S + 0.3, abs=1e-3)
    assert hosts.heard[GROUND] == []


def test_the_radio_is_busy_after_a_frame_and_what_comes_meanwhile_waits():
    hosts = Hosts(busy_s=0.7)
    for _ in range(3):
        hosts.send(GROUND, FRAME)
    hosts.run_until(10.0)
    first_s, second_s, third_s = (arrived_s for arrived_s, _ in hosts.heard[FLATSAT])
    assert second_s - first_s == pytest.approx(AIR_S + 0.7, abs=1e-3)
    assert third_s - second_s == pytest.approx(AIR_S + 0.7, abs=1e-3)


def test_what_finds_no_room_is_lost_and_counted():
    hosts = Hosts(buffer_octets=250)
    for number in range(5):
        hosts.send(GROUND, bytes([number]) * 100)
    hosts.run_until(10.0)
    # one on the air, two in the buffer
    assert [frame[0] for _, frame in hosts.heard[FLATSAT]] == [0, 1, 2]
    assert hosts.counted(GROUND) == {"sent": 3, "no_room": 2}


@pytest.mark.parametrize("half_duplex", [True, False])
@pytest.mark.parametrize(("light_time_s", "begins_s"), [(0.0, 0.05), (0.02, 0.05), (0.05, 0.03)])
def test_frames_that_meet_are_lost_in_half_duplex(half_duplex, light_time_s, begins_s):
    hosts = Hosts(half_duplex=half_duplex, light_time_s=light_time_s)
    hosts.send(GROUND, FRAME)
    hosts.run_until(begins_s)
    hosts.send(FLATSAT, FRAME)
    hosts.run_until(10.0)
    assert (len(hosts.heard[GROUND]), len(hosts.heard[FLATSAT])) == ((0, 0) if half_duplex else (1, 1))
    assert hosts.counted(GROUND).get("collided", 0) == half_duplex


@pytest.mark.parametrize(
    ("light_time_s", "begins_s", "heard"),
    [
        (0.0, AIR_S - 0.002, (0, 0)),
        (0.0, AIR_S + 0.002, (1, 1)),
        (0.05, 0.08, (1, 0)),  # the flatsat begins while it is being heard by; the ground has ended when it hears that
        (0.5, 0.2, (1, 1)),  # the flatsat has ended before the ground's frame is there
    ],
)
def test_a_radio_is_deaf_while_it_sends_and_no_longer(light_time_s, begins_s, heard):
    hosts = Hosts(light_time_s=light_time_s)
    hosts.send(GROUND, FRAME)
    hosts.run_until(begins_s)
    hosts.send(FLATSAT, FRAME)
    hosts.run_until(10.0)
    assert (len(hosts.heard[GROUND]), len(hosts.heard[FLATSAT])) == heard


def lost_of(seed, count, **fields):
    hosts = Hosts(seed, busy_s=0.0, **fields)
    for _ in range(count):
        hosts.send(GROUND, SHORT)
        hosts.run_until(hosts.now_s + 0.1)
    hosts.run_until(hosts.now_s + 1.0)
    return hosts


def test_the_share_that_is_asked_for_is_lost_and_the_seed_says_which():
    hosts = lost_of(1, 400, loss=0.25)
    # four standard deviations of a binomial distribution
    assert abs(hosts.counted(FLATSAT)["lost"] - 100) < 4 * math.sqrt(400 * 0.25 * 0.75)
    assert hosts.heard == lost_of(1, 400, loss=0.25).heard
    assert hosts.heard != lost_of(2, 400, loss=0.25).heard


def test_wrong_bits_drop_frames_by_their_length():
    # 1 - (1 - 1e-3)^80 = 0.0769
    hosts = lost_of(3, 400, bit_error_rate=1e-3)
    assert abs(hosts.counted(FLATSAT)["corrupted"] - 400 * 0.0769) < 4 * math.sqrt(400 * 0.0769 * 0.9231)


def test_what_is_lost_in_one_direction_does_not_depend_on_the_other():
    alone = lost_of(1, 50, loss=0.3)
    both = Hosts(1, busy_s=0.0, loss=0.3, half_duplex=False)
    for _ in range(50):
        both.send(GROUND, SHORT)
        both.send(FLATSAT, SHORT)
        both.run_until(both.now_s + 0.1)
    both.run_until(both.now_s + 1.0)
    assert len(both.heard[FLATSAT]) == len(alone.heard[FLATSAT])
    assert [time_s for time_s, _ in both.heard[FLATSAT]] != [time_s for time_s, _ in both.heard[GROUND]]


def test_a_host_sets_the_preamble_by_kiss():
    hosts = Hosts()
    hosts.write(GROUND, tx_delay(1.5).encode())
    hosts.send(GROUND, FRAME)
    hosts.run_until(10.0)
    assert hosts.heard[FLATSAT][0][0] == pytest.approx(AIR_S - 0.02 + 1.5 + 2 * LINE_S, abs=0.01)


@pytest.mark.parametrize("framing", ["kiss", "length"])
def test_garbage_from_a_host_does_no_harm_to_the_frame_after_it(framing):
    hosts = Hosts(framing=framing)
    hosts.write(GROUND, b"\xff\xc0\xdb garbage \xdb\xc0")
    hosts.send(GROUND, FRAME)
    hosts.run_until(10.0)
    assert hosts.heard[FLATSAT][-1][1] == FRAME


SENT = st.lists(
    st.tuples(st.floats(0.0, 0.5), st.sampled_from([GROUND, FLATSAT]), st.binary(min_size=1, max_size=60)), max_size=12
)


@given(SENT, st.booleans(), st.sampled_from([0.0, 0.2]), st.sampled_from(["kiss", "length"]))
def test_every_frame_is_heard_or_counted_and_none_is_changed(sent, half_duplex, loss, framing):
    hosts = Hosts(half_duplex=half_duplex, loss=loss, framing=framing, buffer_octets=120)
    for gap_s, host, frame in sent:
        hosts.run_until(hosts.now_s + gap_s)
        hosts.send(host, frame)
    hosts.run_until(hosts.now_s + 20.0)
    for host in (GROUND, FLATSAT):
        offered = [frame for _, sender, frame in sent if sender == host]
        here, there = hosts.pair.radios[host].counters, hosts.pair.radios[1 - host].counters
        assert here.sent + here.no_room == len(offered)
        assert there.heard + there.lost + there.collided == here.sent
        rest = iter(offered)
        assert all(frame in rest for _, frame in hosts.heard[1 - host]), "in order, and as they were sent"
    assert hosts.pair.next_due_s == math.inf


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("framing", "slip"),
        ("bit_rate_bit_s", 0),
        ("loss", 1.5),
        ("loss", math.nan),
        ("busy_s", -1),
        ("baud", 7),
        ("largest_frame_octets", 5000),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_name(field, value):
    with pytest.raises(SettingError) as caught:
        RadioPair(RadioSettings(**{field: value}), 0)
    assert caught.value.field == field
