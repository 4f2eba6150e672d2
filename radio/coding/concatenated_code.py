"""Telemetry bursts with the convolutional and the Reed-Solomon code, one within the other."""

from radio.coding.cadu import CaduCode
from radio.coding.convolutional import Convolutional
from radio.coding.reed_solomon import ReedSolomon


class ConcatenatedCode(CaduCode):
    """The code of rate 1/2 with RS(255,223); `preamble_bits`: each is two symbols of the acquisition."""

    __slots__ = ()

    def __init__(
        self, frame_octets: int = 223, interleave: int = 1, preamble_bits: int = 32, randomized: bool = True
    ) -> None:
        super().__init__(
            frame_octets=frame_octets,
            reed_solomon=ReedSolomon(interleave),
            convolutional=Convolutional(),
            randomizer="short" if randomized else "none",
            acquisition_symbols=2 * preamble_bits,
        )
