import numpy as np
import pytest

from radio.sdr.half_duplex import HalfDuplex, HalfDuplexPort

RATE_HZ, BLOCK = 1000.0, 10
TURN_S = 0.015


class Program:
    """A step that sends what it is told to, and keeps what it hears."""

    def __init__(self, *sends):
        self.sends, self.heard = list(sends), []

    def __call__(self, rx, now_s):
        self.heard.append(rx.copy())
        return self.sends.pop(0) if self.sends else np.zeros(len(rx), dtype=np.complex64)


SILENCE = np.zeros(BLOCK, dtype=np.complex64)


def burst(*values):
    return np.array(values + (0,) * (BLOCK - len(values)), dtype=np.complex64)


def noise(seed):
    return np.random.default_rng(seed).standard_normal(2 * BLOCK, dtype=np.float32).view(np.complex64) * 0.01


def run(program, received):
    duplex = HalfDuplex(program, RATE_HZ, TURN_S)
    return [duplex(rx, (index + 1) * BLOCK / RATE_HZ) for index, rx in enumerate(received)]


def test_it_is_transparent_while_nobody_sends():
    program, received = Program(), [noise(seed) for seed in range(20)]
    assert not np.concatenate(run(program, received)).any()
    np.testing.assert_array_equal(program.heard, received)


def test_in_silence_a_burst_leaves_at_once():
    sent = run(Program(SILENCE, SILENCE, SILENCE, burst(1, 2, 3)), [noise(1)] * 5)
    np.testing.assert_array_equal(sent[3], burst(1, 2, 3))
    assert not np.concatenate((*sent[:3], sent[4])).any()


def test_what_is_received_meanwhile_is_blanked_and_a_turn_around_after():
    program = Program(SILENCE, SILENCE, SILENCE, burst(*range(1, 11)))
    run(program, [noise(1)] * 9)
    heard = np.concatenate(program.heard) != 0
    # on the air from 40 to 50 ms, with 15 ms to either side; those before it were heard before it was known
    np.testing.assert_array_equal(np.flatnonzero(~heard), np.arange(40, 65))


def test_a_burst_waits_for_who_is_sending_and_a_turn_around():
    received = [noise(1)] * 4 + [noise(1) * 10] * 5 + [noise(1)] * 6
    sent = run(Program(*[SILENCE] * 5, burst(1, 2, 3)), received)
    begun = [index for index, samples in enumerate(sent) if samples.any()]
    assert begun == [10]  # heard last in block 8, which ends at 90 ms: silent for more than 15 ms at 110 ms
    np.testing.assert_array_equal(sent[10], burst(1, 2, 3))


def test_a_burst_that_has_begun_is_not_broken_off_and_loses_no_sample():
    long = np.arange(1, 36, dtype=np.complex64)
    blocks = [*np.split(np.concatenate((long, np.zeros(5, dtype=np.complex64))), 4)]
    received = [noise(1)] * 4 + [noise(1) * 10] * 8
    sent = run(Program(SILENCE, SILENCE, SILENCE, *blocks), received)
    np.testing.assert_array_equal(np.concatenate(sent)[30:65], long)


def test_it_does_not_wait_for_ever():
    received = [noise(1)] * 4 + [noise(1) * 10] * 620
    sent = run(Program(*[SILENCE] * 5, burst(1)), received)
    begun = [index for index, samples in enumerate(sent) if samples.any()]
    assert begun == [pytest.approx(506, abs=2)]


def test_bursts_that_waited_keep_their_order_and_come_whole():
    received = [noise(1)] * 4 + [noise(1) * 10] * 5 + [noise(1)] * 30
    sent = np.concatenate(run(Program(*[SILENCE] * 5, burst(1, 2), SILENCE, burst(3, 4), burst(5)), received))
    np.testing.assert_array_equal(sent[sent != 0], [1, 2, 3, 4, 5])


def test_a_port_is_wrapped():
    class Inner:
        tx_endpoint = "tcp://there"
        latency_s = 0.5
        closed = False

        def run(self, step, begin_s, interrupted):
            self.sent = [step(noise(1), begin_s + index * BLOCK / RATE_HZ) for index in range(3)]

        def report(self):
            return {"samples": 3}

        def close(self):
            self.closed = True

    inner = Inner()
    port = HalfDuplexPort(inner, RATE_HZ, TURN_S)
    port.run(Program(SILENCE, SILENCE, burst(7)), 5.0, lambda: False)
    port.close()
    assert port.tx_endpoint == "tcp://there"
    assert port.latency_s == 0.5 + 2 * TURN_S
    assert port.report() == {"samples": 3}
    assert inner.closed
    np.testing.assert_array_equal(inner.sent[2], burst(7))
