import pytest

from radio.transmit.play_out import PlayOut


def test_what_is_given_is_played_one_after_the_other():
    play_out = PlayOut(1000.0)
    play_out.write(20, True, 1.0)
    play_out.write(30, False, 1.01)
    assert play_out.ahead_s(1.02) == pytest.approx(0.03)
    assert not play_out.in_signal


def test_after_a_gap_it_begins_anew():
    play_out = PlayOut(1000.0)
    play_out.write(20, True, 1.0)
    assert play_out.ahead_s(1.05) == pytest.approx(-0.03)
    play_out.write(20, True, 1.05)
    assert play_out.ahead_s(1.05) == pytest.approx(0.02)
    assert play_out.in_signal
