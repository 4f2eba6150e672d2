"""A span of link time in which the spacecraft is in view."""

from dataclasses import dataclass

from ground.errors import RequestError


@dataclass(frozen=True, slots=True)
class Contact:
    """A span of link time in which the spacecraft is in view. Raises RequestError unless it has a length."""

    aos_s: float
    los_s: float

    def __post_init__(self) -> None:
        if not 0 <= self.aos_s < self.los_s:
            raise RequestError("contact", f"{self.aos_s:g}:{self.los_s:g}", "an AOS of 0 s or more and a later LOS")

    @classmethod
    def of(cls, text: str) -> "Contact":
        """Read AOS:LOS. Raises RequestError for what is none."""
        try:
            aos_s, los_s = (float(part) for part in text.split(":"))
        except ValueError:
            raise RequestError("contact", text, "AOS:LOS in seconds, such as 0:540") from None
        return cls(aos_s, los_s)
