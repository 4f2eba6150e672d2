"""Channel codes as a profile names them."""

import re
from typing import Literal, TypeAlias

from pydantic import Field, field_validator

from edge.checked_toml import CheckedModel
from radio.coding.cadu import ASM, CaduCode
from radio.coding.channel_code import ChannelCode
from radio.coding.cltu_code import CltuCode
from radio.coding.cltu_ldpc import CltuLdpcCode
from radio.coding.convolutional import Convolutional
from radio.coding.ldpc_code import LdpcCode
from radio.coding.randomizer import Randomizer
from radio.coding.reed_solomon import ReedSolomon
from radio.errors import CodingError


class CltuBchCoding(CheckedModel):
    """CLTU with BCH(63,56), CCSDS 231.0-B."""

    kind: Literal["cltu-bch"]
    acquisition_octets: int = Field(16, ge=8, le=256)
    randomized: bool = True
    error_correcting: bool = True

    def build(self, frame_octets: int, continuous: bool) -> ChannelCode:  # noqa: ARG002 - a frame of any length
        """Return the code."""
        _require_bursts(continuous)
        return CltuCode(self.acquisition_octets, self.randomized, self.error_correcting)


class CltuLdpcCoding(CheckedModel):
    """CLTU with LDPC (128,64) or (512,256), CCSDS 231.0-B."""

    kind: Literal["cltu-ldpc"]
    codeword_bits: Literal[128, 512] = 128
    acquisition_octets: int = Field(16, ge=0, le=256)

    def build(self, frame_octets: int, continuous: bool) -> ChannelCode:  # noqa: ARG002 - a frame of any length
        """Return the code."""
        _require_bursts(continuous)
        return CltuLdpcCode(self.codeword_bits, self.acquisition_octets)


class ReedSolomonTable(CheckedModel):
    """The outer code of a CADU."""

    interleave: Literal[1, 2, 3, 4, 5, 8] = 1
    parity_octets: Literal[16, 32] = 32
    """32 is RS(255,223), 16 is RS(255,239)."""
    basis: Literal["dual", "conventional"] = "dual"


class CaduCoding(CheckedModel):
    """Sync marker and transfer frame, with Reed-Solomon code or without, through a convolutional code or not."""

    kind: Literal["cadu"]
    reed_solomon: ReedSolomonTable | None = None
    convolutional: Literal["1/2", "2/3", "3/4", "5/6", "7/8"] | None = None
    randomizer: Randomizer = "short"
    acquisition_symbols: int = Field(64, ge=0, le=4096, multiple_of=2)
    sync_marker: str = ASM.hex().upper()

    @field_validator("sync_marker")
    @classmethod
    def _is_hexadecimal(cls, value: str) -> str:
        if not re.fullmatch(r"([0-9A-Fa-f]{8}){1,4}", value):
            raise ValueError("4, 8, 12 or 16 octets in hexadecimal")
        return value

    def build(self, frame_octets: int, continuous: bool) -> ChannelCode:
        """Return the code."""
        return CaduCode(
            frame_octets=frame_octets,
            reed_solomon=ReedSolomon(**self.reed_solomon.model_dump()) if self.reed_solomon else None,
            convolutional=Convolutional(self.convolutional) if self.convolutional else None,
            randomizer=self.randomizer,
            continuous=continuous,
            acquisition_symbols=self.acquisition_symbols,
            sync_marker=bytes.fromhex(self.sync_marker),
        )


class LdpcCoding(CheckedModel):
    """Sync marker and one AR4JA codeword for each transfer frame, CCSDS 131.0-B section 7.4."""

    kind: Literal["ldpc"]
    rate: Literal["1/2", "2/3", "4/5"] = "1/2"
    randomizer: Randomizer = "short"
    acquisition_symbols: int = Field(64, ge=0, le=4096, multiple_of=2)

    def build(self, frame_octets: int, continuous: bool) -> ChannelCode:
        """Return the code, whose information bits are one frame."""
        if frame_octets not in _LDPC_FRAME_OCTETS:
            accepted = f"one of {_LDPC_FRAME_OCTETS} with this code"
            raise CodingError("frame_octets", frame_octets, accepted)
        return LdpcCode(self.rate, 8 * frame_octets, self.randomizer, continuous, self.acquisition_symbols)


Coding: TypeAlias = CltuBchCoding | CltuLdpcCoding | CaduCoding | LdpcCoding
_LDPC_FRAME_OCTETS = (128, 512, 2048)


def _require_bursts(continuous: bool) -> None:
    if continuous:
        raise CodingError("transmission", "continuous", "'burst' with a CLTU: each is one of its own")
