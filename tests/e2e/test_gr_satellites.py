"""Our downlink, decoded by somebody else's receiver: gr_satellites, with the SatYAML file that ships."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from protocol.crc import append_crc16
from radio.gnuradio_blocks.straight_pass import straight_pass
from radio.modem.modulator import Modulator
from radio.profile import Profile
from radio.recording.sigmf_file import SigmfWriter
from radio.sky import Leg, LegSettings

GR_SATELLITES = shutil.which("gr_satellites")
SATYAML = Path(__file__).parents[2] / "radio" / "satellites" / "leo-bpsk.yml"
RATE_HZ = 240e3
TRAILING_S = 2.0
"""Of nothing: gr_satellites loses the last frames at the end of a flowgraph."""
LAUNCHER = """
# gr_satellites 4.4 asks for item types where GNU Radio 3.10 has them no longer
import runpy
import sys

from gnuradio import blocks, gr

for name in ("byte_t", "short_t", "int_t", "float_t", "complex_t"):
    if not hasattr(blocks, name):
        setattr(blocks, name, getattr(gr.types, name))
runpy.run_path(sys.argv.pop(1), run_name="__main__")
"""

pytestmark = [
    pytest.mark.gnuradio,
    pytest.mark.skipif(GR_SATELLITES is None, reason="gr_satellites is not installed"),
]


def frames() -> list[bytes]:
    rng = np.random.default_rng(1)
    return [append_crc16(rng.bytes(221)) for _ in range(8)]


def stream(frames: list[bytes]) -> np.ndarray:
    """The frames as one continuous stream, begun with noise bits for its loops to settle on."""
    downlink = Profile.load("leo-bpsk").downlink.model_copy(update={"transmission": "continuous"})
    code = downlink.code()
    lead = np.random.default_rng(2).choice(np.array([-1, 1], np.int8), 4000)
    symbols = np.concatenate((lead, code.acquisition, *(code.encode(frame) for frame in [*frames, frames[0]])))
    return Modulator(downlink, RATE_HZ).burst(symbols)


def through_the_sky(samples: np.ndarray) -> np.ndarray:
    """Heard as the satellite passes overhead (its loops follow no more than some hundred hertz), at Es/N0 of 12 dB."""
    downlink = Profile.load("leo-bpsk").downlink
    settings = LegSettings(
        carrier_hz=downlink.carrier_hz,
        clock_error_ppm=0.2,
        doppler_spread_hz=0.0,
        shadow_correlation_s=1.0,
        multipath_shadowed=False,
        bandwidth_hz=200e3,
        adc_bits=8,
        noise_rms_lsb=16.0,
    )
    c_n0_db_hz = 12.0 + 10 * np.log10(downlink.symbol_rate_baud)
    return Leg(settings, straight_pass(550e3, 0.5, c_n0_db_hz), RATE_HZ, seed=3).carry(samples.astype(np.complex64))


def kiss_frames(octets: bytes) -> Iterator[bytes]:
    """The frames in a KISS file that hold data, without the octet of the command."""
    for each in octets.split(b"\xc0"):
        plain = each.replace(b"\xdb\xdc", b"\xc0").replace(b"\xdb\xdd", b"\xdb")
        if plain[:1] == b"\x00":
            yield plain[1:]


def test_gr_satellites_decodes_our_downlink(tmp_path: Path) -> None:
    sent = frames()
    # It takes the phase to which its Costas loop settles for the right one of two, and BPSK does not tell: so the
    # stream comes twice, the second time turned by half a cycle.
    heard = through_the_sky(np.concatenate((stream(sent), -stream(sent))))
    with SigmfWriter(tmp_path / "downlink", RATE_HZ, 437.05e6, "a downlink of leo-bpsk") as writer:
        writer.write(heard)
        writer.write(np.zeros(int(TRAILING_S * RATE_HZ), dtype=np.complex64))
    launcher, decoded = tmp_path / "launcher.py", tmp_path / "frames.kiss"
    launcher.write_text(LAUNCHER)
    samples = ("--rawfile", str(tmp_path / "downlink.sigmf-data"), "--samp_rate", str(RATE_HZ), "--iq", "--throttle")
    command = ["/usr/bin/python3", str(launcher), str(GR_SATELLITES), str(SATYAML), *samples]
    subprocess.run([*command, "--kiss_out", str(decoded)], check=True, capture_output=True, timeout=100)
    found = list(kiss_frames(decoded.read_bytes()))
    assert set(sent) <= set(found), "each frame, once or twice"
    assert set(found) <= set(sent), "and nothing else"
