import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.front_end_errors import FrontEndFileError
from radio.front_end_file import FrontEndFile, SdrReceiveTable, SoapyTransmitTable, ZmqTable

LINK_HZ = 240e3
WHOLE = """
[receive]
driver = "osmosdr"
device = "rtl_tcp=127.0.0.1:1234"
sample_rate_hz = 1.024e6
frequency_hz = 437.05e6
tuning_offset_hz = 150e3
ppm = 40
gain_db = 20.7

[transmit]
driver = "soapy"
device = "driver=hackrf,serial=0000000000000000"
sample_rate_hz = 2e6
frequency_hz = 145.9e6
gain_db = 10
full_scale_dbm = -10

[transmit.permit]
lowest_hz = 144e6
highest_hz = 146e6
max_power_dbm = 0
duty = 0.5
load = "cable"
attenuation_db = 60

[duplex]
half = true
turn_around_s = 0.05
"""
SERIAL = """
[serial_radio]
device = "/dev/ttyUSB0"
"""


@pytest.fixture
def load(tmp_path):
    def load(text, link_rate_hz=LINK_HZ):
        (tmp_path / "bench.toml").write_text(text)
        return FrontEndFile.load(tmp_path / "bench.toml", link_rate_hz)

    return load


def refusal(load, text, field):
    with pytest.raises(FrontEndFileError) as caught:
        load(text)
    assert caught.value.field == field
    return caught.value


def test_a_whole_file_is_read(load):
    file = load(WHOLE)
    assert isinstance(file.receive, SdrReceiveTable)
    assert file.receive.tuned_hz == 437.2e6
    assert file.receive.occupied_hz(LINK_HZ) == 192e3
    assert file.receive.resampling(LINK_HZ) == pytest.approx(15 / 64)
    assert isinstance(file.transmit, SoapyTransmitTable)
    assert file.transmit.power_dbm == 0
    assert file.transmit.permit is not None
    assert (file.transmit.permit.duty_window_s, file.transmit.permit.longest_s) == (60, 10)
    assert (file.duplex.half, file.duplex.turn_around_s) == (True, 0.05)


def test_what_may_be_left_out_may_be(load):
    file = load('[receive]\ndriver = "zmq"\ndevice = "tcp://127.0.0.1:5700"\n')
    assert file.receive == ZmqTable(driver="zmq", device="tcp://127.0.0.1:5700")
    assert (file.transmit, file.serial_radio, file.duplex.half) == (None, None, False)
    assert load(SERIAL).serial_radio.framing == "kiss"


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("ppm = 40", "ppm = 201", "receive.ppm"),
        ("ppm = 40", "ppm = nan", "receive.ppm"),
        ("ppm = 40", 'ppm = "40"', "receive.ppm"),
        ("ppm = 40", "pm = 40", "receive.pm"),
        ("gain_db = 20.7", 'gain_db = "loud"', "receive.gain_db"),
        ('device = "rtl_tcp=127.0.0.1:1234"', "", "receive.device"),
        ('device = "rtl_tcp=127.0.0.1:1234"', 'device = ""', "receive.device"),
        ('device = "rtl_tcp=127.0.0.1:1234"', 'device = "rtl\\n"', "receive.device"),
        ('driver = "osmosdr"', 'driver = "zmq"', "receive.sample_rate_hz"),
        ("frequency_hz = 437.05e6", "frequency_hz = 0", "receive.frequency_hz"),
        ("sample_rate_hz = 1.024e6", "sample_rate_hz = -1", "receive.sample_rate_hz"),
        ("duty = 0.5", "duty = 0", "transmit.permit.duty"),
        ("duty = 0.5", "", "transmit.permit.duty"),
        ("highest_hz = 146e6", "highest_hz = 143e6", "transmit.permit.highest_hz"),
        ('load = "cable"', 'load = "wire"', "transmit.permit.load"),
        ("turn_around_s = 0.05", "turn_around_s = -1", "duplex.turn_around_s"),
        ("[duplex]", "[duplexer]", "duplexer"),
    ],
)
def test_a_wrong_field_is_named(load, old, new, field):
    assert old in WHOLE
    refusal(load, WHOLE.replace(old, new, 1), field)


def test_a_receiver_or_a_serial_radio_has_to_be_there(load):
    assert "[serial_radio]" in refusal(load, "[duplex]\nhalf = true\n", "receive").accepted


@pytest.mark.parametrize("table", ["[duplex]\nhalf = true\n", '[receive]\ndriver = "zmq"\ndevice = "tcp://a:1"\n'])
def test_beside_a_serial_radio_there_is_nothing(load, table):
    refusal(load, SERIAL + table, "serial_radio")


def test_a_rate_that_cannot_become_the_links_is_refused(load):
    text = WHOLE.replace("1.024e6", "1.0240001e6")
    assert "240000 Hz" in refusal(load, text, "receive.sample_rate_hz").accepted
    assert load(text, None).receive.sample_rate_hz == 1.0240001e6


def test_a_transmitters_rate_is_checked_too(load):
    refusal(load, WHOLE.replace("sample_rate_hz = 2e6", "sample_rate_hz = 2.0000001e6"), "transmit.sample_rate_hz")


@pytest.mark.parametrize("offset_hz", [95.9e3, 313.7e3, -50e3, 500e3])
def test_an_offset_that_does_not_fit_is_refused_with_those_that_do(load, offset_hz):
    text = WHOLE.replace("tuning_offset_hz = 150e3", f"tuning_offset_hz = {offset_hz}")
    assert "0, or 96000 to 313600" in refusal(load, text, "receive.tuning_offset_hz").accepted


@pytest.mark.parametrize("offset_hz", [96e3, 313.6e3, -96e3, 0])
def test_an_offset_that_just_fits_is_taken(load, offset_hz):
    assert load(WHOLE.replace("tuning_offset_hz = 150e3", f"tuning_offset_hz = {offset_hz}"))


def test_a_narrower_signal_lets_a_slower_device_do(load):
    slow = WHOLE.replace("1.024e6", "225e3").replace("tuning_offset_hz = 150e3", "")
    refusal(load, slow, "receive.sample_rate_hz")
    assert load(slow.replace("ppm = 40", "ppm = 40\nbandwidth_hz = 76e3"))
    refusal(load, slow.replace("ppm = 40", "ppm = 40\nbandwidth_hz = 190e3"), "receive.bandwidth_hz")


@given(st.floats(1e3, 1e6), st.floats(-2e6, 2e6), st.floats(100, 1e6))
def test_what_is_accepted_has_the_spike_beside_and_the_signal_within(rate_hz, offset_hz, bandwidth_hz):
    receive = SdrReceiveTable(
        driver="soapy",
        device="x",
        sample_rate_hz=rate_hz,
        frequency_hz=437e6,
        tuning_offset_hz=offset_hz,
        bandwidth_hz=bandwidth_hz,
    )
    try:
        receive.check_link_rate(rate_hz, "receive")
    except FrontEndFileError:
        return
    assert abs(offset_hz) + bandwidth_hz / 2 <= 0.4 * rate_hz * (1 + 1e-9)
    assert offset_hz == 0 or abs(offset_hz) >= bandwidth_hz / 2
