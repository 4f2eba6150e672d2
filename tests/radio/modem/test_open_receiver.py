import numpy as np
import pytest

from radio.errors import ProfileError
from radio.modem.fsk_receiver import FskReceiver
from radio.modem.open_receiver import open_receiver
from radio.modem.receiver import Receiver


@pytest.mark.parametrize(
    ("modulation", "kind"),
    [("bpsk", Receiver), ("qpsk", Receiver), ("oqpsk", Receiver), ("gmsk", Receiver), ("gfsk", FskReceiver)],
)
@pytest.mark.parametrize("line_code", ["nrz-l", "nrz-m"])
def test_a_profile_opens_a_receiver_that_hears_it(link, air, received, modulation, kind, line_code):
    leg = link(modulation, line_code=line_code)
    receiver, frame = open_receiver(leg.profile, leg.rate_hz), bytes(range(60))
    assert isinstance(receiver, kind)
    samples = leg.on_air(frame, air(16.0, offset_hz=500.0, trail=30_000), np.random.default_rng(1))
    samples[:2] = np.nan
    assert [reception.frame for reception in received(receiver, samples)] == [frame]
    assert receiver.samples_unusable == 2


@pytest.mark.parametrize("modulation", ["bpsk", "gmsk", "gfsk"])
def test_a_profile_that_does_not_fit_the_sample_rate_is_refused(link, modulation):
    with pytest.raises(ProfileError):
        open_receiver(link(modulation, symbol_rate_baud=38_401.0).profile, 240e3)
