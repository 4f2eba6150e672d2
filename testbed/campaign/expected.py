"""What a sweep expects, as tables of a campaign file."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from edge.checked_toml import CheckedModel, TableError
from linkbudget.errors import LinkInputError
from radio.errors import ProfileError
from radio.profile import LinkProfile
from testbed.campaign import theory
from testbed.campaign.theory import Curve

_BCH_DATA_BITS = 56


class _Allowance(CheckedModel):
    """How far from theory a measured point may lie."""

    implementation_loss_db: float = Field(0.05, ge=0, le=20)
    """The most that the radio may lose."""
    better_db: float = Field(0.02, ge=0, le=3)
    """The most that it may seem to win: more, and the measurement itself is wrong."""


class ChannelSymbolTheory(_Allowance):
    """Channel symbols decided one by one: the closed form of the modulation."""

    kind: Literal["channel-symbols"]
    modulation: str | None = None
    """As the link budget names it; the profile's own if left out."""

    def curve(self, link: LinkProfile) -> Curve:
        """Return the theory. Raises LinkInputError or ProfileError for a modulation without a closed form."""
        rate = link.code().information_bits_per_symbol
        if self.modulation is not None:
            return theory.channel_symbols(self.modulation, rate)
        try:
            return theory.channel_symbols(link.modulation, rate)
        except LinkInputError:
            accepted = "bpsk, qpsk, oqpsk or gmsk, or another one with expected.modulation given"
            raise ProfileError("modulation", link.modulation, accepted) from None


class BchTheory(_Allowance):
    """Frames in a CLTU with BCH(63,56), each codeblock decided as likeliest: the union bound."""

    kind: Literal["bch"]

    def curve(self, link: LinkProfile) -> Curve:
        """Return the bound."""
        codeblocks = -(-8 * link.frame_octets // _BCH_DATA_BITS)
        return theory.bch(codeblocks, link.code().information_bits_per_symbol)


class ReedSolomonTheory(_Allowance):
    """Frames in Reed-Solomon codewords alone."""

    kind: Literal["reed-solomon"]
    codeword_octets: int = Field(255, ge=3, le=255)
    """As sent, without virtual fill."""
    corrects: Literal[8, 16] = 16
    interleave: int = Field(1, ge=1, le=8)

    def curve(self, link: LinkProfile) -> Curve:
        """Return the theory."""
        rate = link.code().information_bits_per_symbol
        return theory.reed_solomon(self.codeword_octets, self.corrects, self.interleave, rate)


class ConvolutionalTheory(_Allowance):
    """Frames after the K = 7 Viterbi decoder alone: the union bound, which is close below 1e-2."""

    kind: Literal["convolutional"]
    puncturing: Literal["1/2", "2/3", "3/4", "5/6", "7/8"] = "1/2"

    def curve(self, link: LinkProfile) -> Curve:
        """Return the bound."""
        return theory.convolutional(self.puncturing, 8 * link.frame_octets, link.code().information_bits_per_symbol)


_Pair = Annotated[list[float], Field(min_length=2, max_length=2)]


class ReferenceCurve(_Allowance):
    """Somebody's curve, as pairs of Eb/N0 in dB and error rate."""

    kind: Literal["reference"]
    points: list[_Pair] = Field(min_length=2)
    source: str = Field(min_length=1)
    """Where it comes from."""
    codewords: int = Field(1, ge=1, le=64)
    """In a frame, if the curve is that of a codeword: they are taken to fail independently."""

    @model_validator(mode="after")
    def _must_fall(self) -> "ReferenceCurve":
        at_db, rates = np.asarray(self.points).T
        if np.any(np.diff(at_db) <= 0) or np.any(np.diff(rates) >= 0) or rates[0] > 1 or rates[-1] <= 0:
            raise TableError("points", self.points, "pairs of Eb/N0 in dB, rising, and error rate, falling, below 1")
        return self

    def curve(self, link: LinkProfile) -> Curve:  # noqa: ARG002 - the curve stands for one code
        """Return straight lines between the points, over the logarithm of the rate."""
        return theory.any_of(self.codewords, theory.through_points(self.points))


class Limit(CheckedModel):
    """A rate that must not be exceeded, whatever theory says."""

    kind: Literal["at-most"]
    rate: float = Field(gt=0, le=1)


Expected = Annotated[
    ChannelSymbolTheory | BchTheory | ReedSolomonTheory | ConvolutionalTheory | ReferenceCurve | Limit,
    Field(discriminator="kind"),
]
