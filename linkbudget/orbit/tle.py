"""Two-line element sets, checked before anything is computed from them.

Layout and checksum: NORAD two-line element set format, as published by CelesTrak.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from linkbudget.errors import LinkInputError
from linkbudget.orbit.elements import MeanElements

LINE_LENGTH = 69

# One letter per column. N: digit; n: digit or space; C: letter or space; L: digit, letter or space (Alpha-5).
# +: sign or space. Every other character stands for itself.
_LAYOUTS = {
    1: "1 LnnnNC nnnnnCCC NNnnN.NNNNNNNN +.NNNNNNNN +NNNNN+N +NNNNN+N n nnnNN",
    2: "2 LnnnN nnN.NNNN nnN.NNNN NNNNNNN nnN.NNNN nnN.NNNN nN.NNNNNNNNnnnnNN",
}
_DIGITS = "0123456789"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ALPHA5 = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # I and O are left out: they look like 1 and 0
_SGP4_XP = "4"  # the ephemeris type of elements that SGP4 propagates kilometres wrong
_CLASSES = {
    "N": (_DIGITS, "a digit"),
    "n": (_DIGITS + " ", "a digit or a space"),
    "C": (_LETTERS + " ", "a capital letter or a space"),
    "L": (_ALPHA5 + " ", "a digit, a space or a capital letter but I and O"),
    "+": ("+- ", "a sign or a space"),
}


@dataclass(frozen=True, slots=True)
class Tle:
    """A two-line element set whose lengths, layout, checksums and catalogue numbers were checked.

    Raises LinkInputError for the first of these that is wrong.
    """

    name: str
    line1: str
    line2: str

    def __post_init__(self) -> None:
        for number, line in ((1, self.line1), (2, self.line2)):
            _check_length(number, line)
            _check_layout(number, line)
            _check_checksum(number, line)
        self._check_catalogue_numbers()
        self._check_epoch_day()

    @classmethod
    def parse(cls, text: str) -> "Tle":
        """Return the element set in `text`: two lines, or a name line and two lines.

        Blank lines and trailing spaces do not count. Without a name line the catalogue number is the name.
        Raises LinkInputError if there are fewer or more lines, or a line is not well formed.
        """
        lines = [line.rstrip() for line in text.splitlines() if line.strip()]
        if len(lines) == 2:
            return cls(lines[0][2:7].strip(), *lines)
        if len(lines) == 3:
            return cls(lines[0].removeprefix("0 ").strip(), *lines[1:])
        raise LinkInputError("TLE line count", len(lines), "2 lines, or a name line and 2 lines")

    @property
    def catalogue_number(self) -> int:
        """The satellite's catalogue number."""
        return catalogue_number(self.line1[2:7])

    @property
    def epoch(self) -> datetime:
        """The time at which the elements hold, in UTC (columns 19-32 of line 1)."""
        year = int(self.line1[18:20])
        year += 1900 if year >= 57 else 2000  # the first launch was in 1957
        # 1e-8 day is 864 microseconds, so integers lose nothing
        microseconds = int(self.line1[24:32]) * 864
        since_new_year = timedelta(days=self._epoch_day - 1, microseconds=microseconds)
        return datetime(year, 1, 1, tzinfo=timezone.utc) + since_new_year

    @property
    def elements(self) -> MeanElements:
        """The mean elements that the lines hold.

        Raises LinkInputError for one out of its bounds, and for elements that are not SGP4's (SGP4-XP).
        """
        if self.line1[62] == _SGP4_XP:
            raise LinkInputError("TLE line 1 ephemeris type", self.line1[62], "0, for SGP4")
        return MeanElements(
            name=self.name,
            catalogue_number=self.catalogue_number,
            epoch=self.epoch,
            inclination_deg=_number(self.line2[8:16]),
            raan_deg=_number(self.line2[17:25]),
            eccentricity=_number("." + self.line2[26:33]),
            argument_of_perigee_deg=_number(self.line2[34:42]),
            mean_anomaly_deg=_number(self.line2[43:51]),
            mean_motion_rev_day=_number(self.line2[52:63]),
            b_star=_with_exponent(self.line1[53:61]),
            n_dot=float(self.line1[33:43]),
            n_ddot=_with_exponent(self.line1[44:52]),
        )

    @property
    def _epoch_day(self) -> int:
        return int(self.line1[20:23].replace(" ", "0"))

    def _check_catalogue_numbers(self) -> None:
        first, second = self.line1[2:7], self.line2[2:7]
        if first != second:
            raise LinkInputError("TLE line 2 catalogue number", second, f"that of line 1, {first!r}")

    def _check_epoch_day(self) -> None:
        if not 1 <= self._epoch_day <= 366:
            raise LinkInputError("TLE line 1 epoch day", self._epoch_day, "1 to 366")


def catalogue_number(columns: str) -> int:
    """Return the number in columns 3-7 of a TLE line; a leading letter counts ten thousands (Alpha-5: A is 10).

    >>> catalogue_number("A0001")
    100001
    """
    digits = columns.replace(" ", "0")
    return _ALPHA5.index(digits[0]) * 10_000 + int(digits[1:])


def checksum(line: str) -> int:
    """Return the modulo-10 checksum of a TLE line's first 68 columns: digits as they are, a minus sign as 1.

    >>> checksum("2 43798  97.5592  87.1577 0012401  79.5466 280.7158 15.07383665280634")
    4
    """
    body = line[: LINE_LENGTH - 1]
    return (sum(int(character) for character in body if character in _DIGITS) + body.count("-")) % 10


def _number(columns: str) -> float:
    return float(columns.replace(" ", "0"))


def _with_exponent(columns: str) -> float:
    """Read a sign, five decimals and a power of ten: "-11606-4" is -0.11606e-4."""
    return float(f"{columns[0]}.{columns[1:6]}e{columns[6:]}".replace(" ", ""))


def _check_length(number: int, line: str) -> None:
    if len(line) != LINE_LENGTH:
        raise LinkInputError(f"TLE line {number} length", len(line), f"{LINE_LENGTH} characters")


def _check_layout(number: int, line: str) -> None:
    for column, (found, kind) in enumerate(zip(line, _LAYOUTS[number], strict=True), start=1):
        allowed, accepted = _CLASSES.get(kind, (kind, repr(kind)))
        if found not in allowed:
            raise LinkInputError(f"TLE line {number} column {column}", found, accepted)


def _check_checksum(number: int, line: str) -> None:
    found, expected = int(line[-1]), checksum(line)
    if found != expected:
        raise LinkInputError(f"TLE line {number} checksum", found, f"{expected}, the sum of its columns 1 to 68")
