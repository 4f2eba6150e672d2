import math

import pytest

from radio.front_end_file import PermitTable
from radio.transmit.permission import SAFE_INPUT_DBM, DeviceSetup, Emission, permission_lines, refusals
from radio.transmit.refusal import Cause

LINK_HZ = 240e3


def causes(permit, emission):
    return [each.cause for each in refusals(permit, emission)]


def test_what_is_named_is_allowed(permit, emission):
    assert causes(permit(), emission()) == []
    licensed = permit(load=None, attenuation_db=None, call_sign="DL0ABC", licence="class A, experimental")
    assert causes(licensed, emission()) == []


def test_without_a_permit_nothing_is(emission):
    assert causes(None, emission()) == [Cause.NO_PERMIT]


def test_neither_cable_nor_licence_is_no_permit(permit, emission):
    for known in ({}, {"call_sign": "DL0ABC"}, {"licence": "class A"}):
        unfounded = PermitTable.model_construct(**{**permit().model_dump(), "load": None, **known})
        assert causes(unfounded, emission()) == [Cause.NO_PERMIT]


@pytest.mark.parametrize(("frequency_hz", "allowed"), [(9.9925e6, True), (9.9924e6, False), (10.0075e6, True)])
def test_the_whole_width_of_the_signal_has_to_be_in_the_range(permit, emission, frequency_hz, allowed):
    """20 kHz are kept, and 25 kHz are what the filter lets through."""
    narrow = permit(lowest_hz=9.98e6, highest_hz=10.02e6)
    assert (causes(narrow, emission(frequency_hz=frequency_hz)) == []) is allowed


def test_the_width_is_the_links_unless_it_is_named(permit, emission):
    assert causes(permit(), emission(bandwidth_hz=None)) == [Cause.FREQUENCY]
    wide = permit(lowest_hz=10e6 - 120e3, highest_hz=10e6 + 120e3)
    assert causes(wide, emission(bandwidth_hz=None)) == []


def test_a_device_that_is_tuned_elsewhere_is_refused(permit, table):
    """A Red Pitaya takes no frequency above 60 MHz, says nothing, and stays at 600 kHz."""
    wide = permit(lowest_hz=100e3, highest_hz=200e6)
    vhf = table(frequency_hz=145.9e6)
    assert causes(wide, Emission.of(vhf, LINK_HZ)) == []
    assert causes(wide, Emission.of(vhf, LINK_HZ, DeviceSetup(600e3, 250e3, 0.0))) == [Cause.FREQUENCY]
    assert causes(wide, Emission.of(vhf, LINK_HZ, DeviceSetup(144.9e6, 250e3, 0.0))) == [Cause.FREQUENCY]


def test_the_mirror_image_of_an_oscillator_that_is_off_counts(permit, table):
    off = Emission.of(table(ppm=100.0), LINK_HZ)
    assert off.offset_hz == pytest.approx(-1000)
    assert (off.lowest_hz, off.highest_hz) == pytest.approx((10.001e6 - 13.5e3, 10.001e6 + 13.5e3))
    assert causes(permit(highest_hz=10.0145e6), off) == []
    assert causes(permit(highest_hz=10.0144e6), off) == [Cause.FREQUENCY]


def test_power_is_full_scale_and_the_gain_that_the_device_has(permit, table):
    loud = table(gain_db=3.0, full_scale_dbm=7.0)
    assert causes(permit(), Emission.of(loud, LINK_HZ)) == []
    assert causes(permit(), Emission.of(loud, LINK_HZ, DeviceSetup(10e6, 250e3, 3.1))) == [Cause.POWER]


@pytest.mark.parametrize("field", ["tuned_hz", "gain_db", "sample_rate_hz"])
def test_a_setting_that_is_no_number_is_refused(permit, table, field):
    setup = {"tuned_hz": 10e6, "sample_rate_hz": 250e3, "gain_db": 0.0, field: math.nan}
    assert causes(permit(), Emission.of(table(), LINK_HZ, DeviceSetup(**setup)))


@pytest.mark.parametrize(("attenuation_db", "allowed"), [(30.0, True), (29.9, False), (None, False), (math.nan, False)])
def test_a_cable_has_to_weaken_all_that_is_permitted_to_a_safe_level(permit, emission, attenuation_db, allowed):
    """+10 dBm are permitted, -20 dBm are safe: below what a USRP B200 (-15 dBm) and a HackRF (-5 dBm) bear."""
    assert SAFE_INPUT_DBM == -20
    cable = PermitTable.model_construct(**{**permit().model_dump(), "attenuation_db": attenuation_db})
    assert causes(cable, emission(full_scale_dbm=-50.0)) == ([] if allowed else [Cause.ATTENUATION])


def test_the_lines_say_what_is_allowed_and_what_is_refused(permit, table):
    lines = permission_lines(table(permit()), LINK_HZ)
    assert lines[-1] == "may transmit"
    assert "because: a cable with 30 dB" in lines
    assert any("50.0% of 60 s, up to 10 s without a pause" in line for line in lines)
    wrong = permission_lines(table(permit(attenuation_db=20.0), gain_db=5.0), LINK_HZ)
    assert [line.split(":")[1].strip() for line in wrong if line.startswith("refused")] == ["power", "attenuation"]
    assert permission_lines(table(None), LINK_HZ)[-1].startswith("refused: no permit")
    licensed = permit(load=None, attenuation_db=None, call_sign="DL0ABC", licence="class A")
    assert "because: call sign DL0ABC, class A" in permission_lines(table(licensed), LINK_HZ)
