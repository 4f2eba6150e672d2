"""The relation of sample rate to symbol rate, kept as an exact fraction."""

from fractions import Fraction

from radio.errors import ProfileError

LARGEST_FACTOR = 1000
"""The largest interpolation or decimation factor: beyond it a polyphase bank has no sensible size."""


def exact_ratio(field: str, numerator_hz: float, denominator_hz: float) -> Fraction:
    """Return the ratio of two rates as a fraction.

    Raises ProfileError naming ``field`` if its terms would exceed LARGEST_FACTOR.

    >>> exact_ratio("sample_rate_hz", 240e3, 38400)
    Fraction(25, 4)
    """
    ratio = Fraction(numerator_hz).limit_denominator(10**6) / Fraction(denominator_hz).limit_denominator(10**6)
    if max(ratio.numerator, ratio.denominator) > LARGEST_FACTOR:
        raise ProfileError(
            field,
            numerator_hz,
            f"a rate whose ratio to {denominator_hz:g} has terms of at most {LARGEST_FACTOR}",
        )
    return ratio
