import importlib.util
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from radio.front_end_file import SdrReceiveTable
from radio.modem.modulator import Modulator
from radio.profile import Profile

RATE_HZ = 240_000
CARRIER_HZ = 437.05e6
PROFILE = Profile.load("leo-bpsk")
ES_N0_DB = 12.0


def table(device: str, **fields) -> SdrReceiveTable:
    """A receiving device, as a front end file names it."""
    usual = {"driver": "osmosdr", "sample_rate_hz": 240e3, "frequency_hz": CARRIER_HZ, "gain_db": 29.7}
    return SdrReceiveTable(device=device, **{**usual, **fields})


def needs(module: str, package: str):
    """Skip a test where a driver's module is not there, and say which package has it."""
    missing = importlib.util.find_spec(module) is None
    return pytest.mark.skipif(missing, reason=f"{module} cannot be imported: Debian's {package}")


class EmulatedDevice:
    """A device in a process of its own."""

    def __init__(self, kind: str, samples: np.ndarray, folder: Path, lost: int) -> None:
        self.played_s = len(samples) / RATE_HZ
        np.save(folder / "tape.npy", samples.astype(np.complex64))
        script = Path(__file__).with_name("emulated_device.py")
        command = [sys.executable, str(script), kind, str(folder / "tape.npy"), str(lost)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.port = self.process.stdout.readline().strip()

    @property
    def rtl_tcp(self) -> str:
        return f"rtl_tcp=127.0.0.1:{self.port}"

    def play(self) -> None:
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def vanish(self) -> None:
        self.process.kill()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.stdout.close()


@pytest.fixture
def emulated(tmp_path) -> Iterator[Callable[..., EmulatedDevice]]:
    """Make devices that are gone after the test."""
    made: list[EmulatedDevice] = []

    def make(kind: str = "rtl_tcp", samples: np.ndarray | None = None, lost: int = 0) -> EmulatedDevice:
        made.append(EmulatedDevice(kind, np.zeros(1) if samples is None else samples, tmp_path, lost))
        return made[-1]

    yield make
    for device in made:
        device.close()


def frames(count: int) -> list[bytes]:
    rng = np.random.default_rng(7)
    return [rng.bytes(PROFILE.downlink.frame_octets) for _ in range(count)]


def downlink(sent: list[bytes], rate_hz: float = RATE_HZ, lead_s: float = 0.1) -> np.ndarray:
    """Bursts of the shipped downlink after a silence, in units of the noise per sample."""
    code, modulator = PROFILE.downlink.code(), Modulator(PROFILE.downlink, rate_hz)
    gap = np.zeros(round(0.01 * rate_hz))
    amplitude = 10 ** (ES_N0_DB / 20) * np.sqrt(PROFILE.downlink.symbol_rate_baud / rate_hz)
    parts = [np.zeros(round(lead_s * rate_hz))]
    for frame in sent:
        parts += [amplitude * modulator.burst(np.concatenate((code.acquisition, code.encode(frame)))), gap]
    return np.concatenate(parts)


def as_heard(samples: np.ndarray, fast_ppm: float) -> np.ndarray:
    """The same by a crystal that is too fast: more samples, and a carrier that is too low."""
    count = round(len(samples) * (1 + fast_ppm * 1e-6))
    stretched = np.fft.ifft(_resized(np.fft.fft(samples), count)) * (count / len(samples))
    return stretched * np.exp(-2j * np.pi * fast_ppm * 1e-6 * CARRIER_HZ / RATE_HZ * np.arange(count))


def _resized(spectrum: np.ndarray, count: int) -> np.ndarray:
    """Put zeros between the spectrum's two halves, which are empty there."""
    half = len(spectrum) // 2
    return np.concatenate((spectrum[:half], np.zeros(count - len(spectrum)), spectrum[half:]))
