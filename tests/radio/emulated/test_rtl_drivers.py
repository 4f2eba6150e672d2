"""The drivers that lab programs use, against the emulated dongle."""

import importlib.util
import json
import shutil
import subprocess
import sys
from contextlib import closing

import numpy as np
import pytest

from radio.emulated.rtl_tcp_server import RtlTcpServer
from radio.modem.open_receiver import open_receiver

SKY_RATE_HZ, BLOCK = 240e3, 2400

RECEIVE = """
import sys
import numpy as np
import osmosdr
from gnuradio import blocks, gr

device, path, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
source = osmosdr.source(args="numchan=1 " + device)
source.set_sample_rate(250e3)
source.set_center_freq(437.05e6)
source.set_freq_corr(float(sys.argv[4]))
source.set_gain_mode(False)
source.set_gain(29.7)
graph, sink = gr.top_block(), blocks.vector_sink_c()
graph.connect(source, blocks.head(gr.sizeof_gr_complex, count), sink)
graph.run()
np.save(path, np.array(sink.data(), dtype=np.complex64))
"""

needs_osmosdr = [
    pytest.mark.gnuradio,
    pytest.mark.skipif(importlib.util.find_spec("osmosdr") is None, reason="needs the package gr-osmosdr"),
]
needs_rtl_433 = pytest.mark.skipif(shutil.which("rtl_433") is None, reason="needs the package rtl-433")


def serve(dongle, signal, program, seconds=60):
    """Let a program hear a signal, over and over, as fast as it takes it, until it ends; return what it printed."""
    with closing(RtlTcpServer(dongle, "rtl_tcp://127.0.0.1:*", lambda state, client: None)) as server:
        place = server.endpoint.removeprefix("rtl_tcp://")
        command = [part.replace("PLACE", place) for part in program]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            feed(server, signal, process, int(seconds * SKY_RATE_HZ / BLOCK))
            process.kill()
            return process.stdout.read(), process.stderr.read()


def feed(server, signal, process, blocks):
    begins = range(0, len(signal) - BLOCK + 1, BLOCK)
    for number in range(blocks):
        begin = begins[number % len(begins)]
        server.put(signal[begin : begin + BLOCK])
        while server.waiting_octets > 8 * BLOCK or not server.connected:
            if process.poll() is not None:
                return
            server.attend()


@pytest.fixture
def frames(profile):
    return [bytes([k]) * profile.downlink.frame_octets for k in range(5)]


@pytest.fixture
def downlink_signal(leg_of, profile, frames, path_to):
    """Frames, as a crystal that is 40 ppm fast hears them: 17.5 kHz low, beyond what the receiver looks for."""
    leg, gap = leg_of(profile.downlink), np.zeros(3000)
    sent = np.concatenate([part for frame in frames for part in (leg.burst(frame), gap)]).astype(np.complex64)
    whole = np.concatenate((sent, np.zeros(-len(sent) % BLOCK, dtype=np.complex64)))
    return path_to(40.0, 62.0).carry(whole)


class TestOsmosdr:
    pytestmark = needs_osmosdr

    def receive(self, make_dongle, signal, profile, folder, ppm):
        dongle, path = make_dongle(), folder / "heard.npy"
        program = [sys.executable, "-c", RECEIVE, "rtl_tcp=PLACE", str(path), "400000", str(ppm)]
        _, errors = serve(dongle, signal, program)
        assert path.exists(), errors
        receptions = open_receiver(profile.downlink, 250e3).process(np.load(path))
        return dongle.state, [reception.frame for reception in receptions]

    def test_a_downlink_is_decoded_through_the_driver(self, make_dongle, downlink_signal, profile, frames, tmp_path):
        state, decoded = self.receive(make_dongle, downlink_signal, profile, tmp_path, 40)
        assert (state.sample_rate_hz, state.frequency_hz, state.ppm) == (250_000, 437_050_000, 40)
        assert state.gain_tenths_db == 297
        assert set(frames) <= set(decoded)

    def test_without_the_correction_it_is_not(self, make_dongle, downlink_signal, profile, frames, tmp_path):
        _, decoded = self.receive(make_dongle, downlink_signal, profile, tmp_path, 0)
        assert not set(frames) & set(decoded)


def nexus_signal(sensor_id, channel, temperature_c, humidity):
    """What a Nexus thermometer sends, at the antenna: complex64[n].

    36 bits (8 of id, battery good, 0, 2 of channel, 12 of temperature in 0.1 degrees, 1111, 8 of humidity), twelve
    times: pulses of 0.5 ms, 1 ms apart for a 0, 2 ms for a 1, 4 ms before the next time. Source: rtl_433's description.
    """
    tenths = round(10 * temperature_c) % 4096
    bits = f"{sensor_id:08b}10{channel - 1:02b}{tenths:012b}1111{humidity:08b}"
    gaps_s = [{"0": 1e-3, "1": 2e-3}[bit] for bit in bits]
    keyed = [(np.ones(120), np.zeros(round(gap_s * SKY_RATE_HZ))) for gap_s in (4e-3, *gaps_s)]
    once = np.concatenate([part for pair in keyed for part in pair])
    quiet = np.zeros(round(0.3 * SKY_RATE_HZ))
    whole = np.concatenate((quiet, np.tile(once, 12), np.ones(120), quiet))
    return (20 * np.append(whole, np.zeros(-len(whole) % BLOCK))).astype(np.complex64)


@needs_rtl_433
@pytest.mark.parametrize(("temperature_c", "humidity"), [(21.7, 48), (-12.3, 90)])
def test_rtl_433_reads_a_thermometer(make_dongle, temperature_c, humidity):
    dongle = make_dongle(carrier_hz=433.92e6)
    told = ["-f", "433.92M", "-s", "250k", "-R", "19", "-F", "json", "-E", "quit", "-T", "40"]
    program = ["rtl_433", "-c", "0", "-d", "rtl_tcp:PLACE", *told]
    printed, errors = serve(dongle, nexus_signal(0xA5, 2, temperature_c, humidity), program)
    assert printed, errors
    heard = json.loads(printed.splitlines()[0])
    wanted = {"model": "Nexus-TH", "id": 0xA5, "channel": 2, "battery_ok": 1}
    assert heard | wanted == heard
    assert (heard["temperature_C"], heard["humidity"]) == (temperature_c, humidity)
    assert dongle.state.frequency_hz == 433_920_000
    assert dongle.state.sample_rate_hz == 250_000
