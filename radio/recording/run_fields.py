"""What a recording of a run says beside SigMF's own fields: a namespace of ours, one table for each place.

SigMF has a recording declare it in ``core:extensions``; who does not know it can read the samples all the same.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import Self

from edge.checked_toml import check
from radio.errors import RecordingError
from radio.profile import LinkProfile

NAMESPACE = "flatsat_testbed"
EXTENSION = {"name": NAMESPACE, "version": "1.0.0", "optional": True}
_LONGEST_S = 2e9
"""More than any link time."""


class RunFields(BaseModel):
    """Fields of the namespace; those of others beside them are left alone."""

    model_config = ConfigDict(
        alias_generator=lambda name: f"{NAMESPACE}:{name}",
        populate_by_name=True,
        extra="ignore",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
    )

    @classmethod
    def of(cls, table: dict[str, Any]) -> Self:
        """Return the fields in one of SigMF's tables. Raises RecordingError naming the first that is wrong."""
        return check({name: value for name, value in table.items() if value is not None}, cls, RecordingError)

    def told(self) -> dict[str, Any]:
        """Return them as JSON has them; what is None is left out."""
        return self.model_dump(by_alias=True, exclude_none=True, mode="json")


class EndFields(RunFields):
    """Of the whole recording."""

    end: str
    """Of the link: ground or flatsat."""
    link: LinkProfile
    """What was received, with every setting: a recording needs no profile beside it."""
    sample_count: int = Field(ge=0)
    """Samples whose frames are told. A run that was killed may have left more."""


class SegmentFields(RunFields):
    """Of a capture segment."""

    link_time_s: float = Field(ge=-_LONGEST_S, le=_LONGEST_S)
    """Of its first sample."""
    silence_samples: int = Field(0, ge=0)
    """Received just before it, all zero, and not kept: octets of an RTL2832U have no zero."""


class ReceptionFields(RunFields):
    """Of an annotation: a burst, or a unit of a stream, that a receiver followed to its end."""

    link_time_s: float = Field(ge=-_LONGEST_S, le=_LONGEST_S)
    """Of its marker's first symbol."""
    frame: str | None = Field(None, pattern="^([0-9a-f]{2})+$")
    """Its octets in hexadecimal, as they came through the channel code; left out if none did."""
    accepted: bool
    """Whether the link layer found the frame good: its checksum, and that it is authentic."""
    es_n0_db: float | None = None
    eb_n0_db: float | None = None
    first_offset_hz: float | None = None
    last_offset_hz: float | None = None
    """From the carrier, at its end."""
    corrected: int
    """Bits or octets that the code corrected."""
    symbols: int
    """Channel symbols that could be compared with those of the frame."""
    symbol_errors: int
