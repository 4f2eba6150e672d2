"""What is known of a satellite's downlink, from a TOML file."""

from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from edge.checked_toml import CheckedModel, load_checked
from radio.coding.cadu import CaduCode
from radio.coding.randomizer import Randomizer
from radio.coding.reed_solomon import ReedSolomon
from radio.errors import CodingError, ProfileError
from radio.framing.deframer import Deframer
from radio.framing.hdlc import HdlcDeframer
from radio.framing.marker import MarkerDeframer
from radio.framing.payload import PayloadCode
from radio.modem.fsk_frequency import FskSignal
from radio.modem.fsk_receiver import FskReceiver


class CaduFraming(CheckedModel):
    """CADUs, CCSDS 131.0-B; whether a bit is sent as the high or the low frequency need not be known."""

    kind: Literal["cadu"]
    frame_octets: int = Field(ge=1, le=2048)
    interleave: Literal[1, 2, 3, 4, 5, 8] = 1
    parity_octets: Literal[16, 32] = 32
    basis: Literal["conventional", "dual"] = "dual"
    randomizer: Randomizer = "short"
    fecf: bool = False

    def deframer(self) -> Deframer:
        """Return what finds the frames; raises ProfileError if the code cannot take them."""
        try:
            reed_solomon = ReedSolomon(self.interleave, self.parity_octets, self.basis)
            code = CaduCode(self.frame_octets, reed_solomon, randomizer=self.randomizer, continuous=True)
        except CodingError as error:
            raise ProfileError("framing.frame_octets", error.value, error.accepted) from None
        return MarkerDeframer(code, len(code.marker) + code.payload_symbols, either_polarity=True)


class PayloadCoding(CheckedModel):
    """A Reed-Solomon codeword behind a header, in a frame of any length."""

    header_octets: int = Field(ge=0, le=256)
    parity_octets: Literal[16, 32] = 32
    basis: Literal["conventional", "dual"] = "dual"
    randomizer: Randomizer = "short"

    def code(self) -> PayloadCode:
        """Return the code."""
        reed_solomon = ReedSolomon(parity_octets=self.parity_octets, basis=self.basis)
        return PayloadCode(self.header_octets, self.randomizer, reed_solomon)


class Ax25Framing(CheckedModel):
    """HDLC frames as AX.25 has them. With a payload of its own code, the frame's check sequence does not count."""

    kind: Literal["ax25"]
    scrambled: bool = True
    payload: PayloadCoding | None = None
    fecf: bool = False

    def deframer(self) -> Deframer:
        """Return what finds the frames."""
        return HdlcDeframer(self.scrambled, self.payload.code() if self.payload else None)


class Satellite(CheckedModel):
    """A downlink with frequency-shift keying."""

    name: str
    norad_id: int = Field(ge=0)
    signal: Literal["iq", "fm-audio"]
    symbol_rate_baud: float
    symbol_rate_tolerance: float = 0.0
    modulation_index: float = 0.5
    search_range_hz: float = 12000.0
    framing: Annotated[CaduFraming | Ax25Framing, Field(discriminator="kind")]

    @classmethod
    def load(cls, name: str) -> "Satellite":
        """Load a shipped satellite by its name, or a TOML file by its path.

        Raises ProfileError naming the field, its value and what is accepted.
        """
        satellite = load_checked(_path_of(name), cls, ProfileError)
        satellite.fsk(satellite.signal)
        satellite.framing.deframer()
        return satellite

    def fsk(self, signal: Literal["iq", "fm-audio"]) -> FskSignal:
        """Return the signal as it is in a recording; raises ProfileError for a field out of range."""
        return FskSignal(
            self.symbol_rate_baud, self.modulation_index, self.search_range_hz, self.symbol_rate_tolerance, signal
        )

    def receiver(self, signal: Literal["iq", "fm-audio"], sample_rate_hz: float) -> FskReceiver:
        """Return a receiver; raises ProfileError if the signal does not fit the sample rate."""
        return FskReceiver(self.fsk(signal), self.framing.deframer(), sample_rate_hz)


def shipped_satellites() -> list[str]:
    """Names of the satellites that come with the package."""
    files = resources.files("radio").joinpath("satellites").iterdir()
    return sorted(item.name.removesuffix(".toml") for item in files if item.name.endswith(".toml"))


def _path_of(name: str) -> Path:
    if name.endswith(".toml"):
        return Path(name)
    if name not in shipped_satellites():
        raise ProfileError("satellite", name, f"one of {', '.join(shipped_satellites())}, or the path of a .toml file")
    return Path(str(resources.files("radio").joinpath("satellites", f"{name}.toml")))
