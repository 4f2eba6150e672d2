"""What receivers lose against a matched filter whose phase and timing are known, on the same samples."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

import numpy as np
from rich.table import Table
from scipy.special import erfcinv

from bench.radio_errors import SETTLING_TICKS, bits_differing, error_rate
from bench.radio_receivers import GNU_RADIO, SATELLITES, receive
from bench.radio_rows import ABSENCES
from bench.radio_signals import UNCODED, Samples, Signal, stream_profile
from radio.modem.shapers import DELAY_SYMBOLS

EB_N0_DB = (0.0, 2.0, 4.0, 6.0, 8.0)
_SEED = 1
_FRAMES = 250
_RESOLUTION_DB = 0.03
_FAILED_DB = 3.0
_OURS = "ours"

ErrorRate: TypeAlias = Callable[[Signal, Samples], float]


@dataclass(frozen=True, slots=True)
class Losses:
    """What one receiver of one modulation loses at each Eb/N0, in dB; nothing if it is absent."""

    modulation: str
    receiver: str
    losses_db: tuple[float, ...]
    absent: str = ""

    @property
    def what(self) -> str:
        """What was measured, in words."""
        return f"loss, {self.modulation}, {self.receiver}"

    def wanted(self, measured: Sequence["Losses"]) -> str:
        """Return whether ours loses no more than GNU Radio's chain anywhere; nothing for others, or without it."""
        theirs = [each for each in measured if (each.modulation, each.receiver) == (self.modulation, GNU_RADIO)]
        if self.receiver != _OURS or not theirs or not theirs[0].losses_db:
            return ""
        pairs = zip(self.losses_db, theirs[0].losses_db, strict=True)
        is_met = all(our_db <= their_db + _RESOLUTION_DB for our_db, their_db in pairs)
        return f"<= GNU Radio's {'met' if is_met else 'not met'}"


def losses() -> Iterator[Losses]:
    """Measure receivers of BPSK and QPSK.

    Each loss is the difference of the Eb/N0 at which 0.5 erfc(sqrt(Eb/N0)) gives the receiver's error rate and the
    perfect filter's: so the noise that both share cancels.
    """
    for modulation, chains in (("bpsk", tuple(_CHAINS)), ("qpsk", (_OURS, GNU_RADIO))):
        signal = Signal.of(stream_profile(modulation, UNCODED), _FRAMES, np.random.default_rng(_SEED))
        perfect = _rates(_perfect_error_rate, signal)
        for chain in chains:
            yield _losses(chain, signal, perfect)


def _losses(chain: str, signal: Signal, perfect: list[float]) -> Losses:
    modulation = signal.profile.modulation.upper()
    try:
        rates = _rates(_CHAINS[chain], signal)
    except ABSENCES as error:
        return Losses(modulation, chain, (), f"{type(error).__name__}: {error}")
    pairs = zip(perfect, rates, strict=True)
    return Losses(modulation, chain, tuple(_eb_n0_db(best) - _eb_n0_db(rate) for best, rate in pairs))


def _rates(error_rate_of: ErrorRate, signal: Signal) -> list[float]:
    """Return the error rate at each Eb/N0, in the same noise for all; it is made anew, as all of it is too much."""
    return [
        error_rate_of(signal, signal.with_noise(eb_n0_db, np.random.default_rng(index)))
        for index, eb_n0_db in enumerate(EB_N0_DB)
    ]


def _eb_n0_db(rate: float) -> float:
    """Return where the matched-filter bound has an error rate; far below anything for a half."""
    return 20 * math.log10(max(float(erfcinv(2 * rate)), 1e-3))


def _perfect_error_rate(signal: Signal, samples: Samples) -> float:
    return error_rate(signal.seen_perfectly(samples), signal.ticks)


def _our_error_rate(signal: Signal, samples: Samples) -> float:
    """Compare the bits of our receiver's frames with those sent; half of a lost frame's are wrong.

    The time that loops settle in does not count for ours either, which is there from the first marker found on.
    """
    profile, code = signal.profile, signal.profile.code()
    first_symbol = DELAY_SYMBOLS + len(code.acquisition) / profile.bits_per_symbol
    unit_symbols = len(code.encode(signal.frames[0])) / profile.bits_per_symbol
    settled = math.ceil(SETTLING_TICKS / unit_symbols)
    wrong = dict.fromkeys(range(settled, len(signal.frames)), 4 * profile.frame_octets)
    for each in receive(profile, samples):
        index = round((each.quality.started_s * profile.symbol_rate_baud - first_symbol) / unit_symbols)
        if each.frame and index in wrong:
            wrong[index] = bits_differing(each.frame, signal.frames[index])
    return sum(wrong.values()) / (8 * profile.frame_octets * len(wrong))


def _gnuradio_error_rate(signal: Signal, samples: Samples) -> float:
    from bench.radio_gnuradio import demodulator, put_through

    return error_rate(put_through(samples, *demodulator(signal.profile.modulation)), signal.ticks)


def _satellites_error_rate(signal: Signal, samples: Samples) -> float:
    from bench.radio_gnuradio import put_through, satellites_demodulator

    return error_rate(put_through(samples, satellites_demodulator()), signal.ticks)


def _narrowed_satellites_error_rate(signal: Signal, samples: Samples) -> float:
    from bench.radio_gnuradio import SATELLITES_NARROWED, put_through, satellites_demodulator

    return error_rate(put_through(samples, satellites_demodulator(SATELLITES_NARROWED)), signal.ticks)


_CHAINS: dict[str, ErrorRate] = {
    _OURS: _our_error_rate,
    GNU_RADIO: _gnuradio_error_rate,
    SATELLITES: _satellites_error_rate,
    f"{SATELLITES}, loops narrowed": _narrowed_satellites_error_rate,
}


def losses_table(measured: Sequence[Losses]) -> Table:
    """Return the losses as a terminal shows them."""
    title = f"loss against the matched filter, in dB, to +-{_RESOLUTION_DB:g} dB"
    table = Table(title=title, title_justify="left", title_style="bold", pad_edge=False)
    table.add_column("modulation", no_wrap=True)
    table.add_column("whose", ratio=1)
    for eb_n0_db in EB_N0_DB:
        table.add_column(f"Eb/N0 {eb_n0_db:g} dB", justify="right", no_wrap=True)
    table.add_column("wanted", no_wrap=True)
    for each in measured:
        cells = [_loss_text(db) for db in each.losses_db] or ["-"] * len(EB_N0_DB)
        name = f"{each.receiver}: {each.absent}" if each.absent else each.receiver
        wanted = each.wanted(measured)
        table.add_row(each.modulation, name, *cells, wanted, style="bold red" if "not met" in wanted else "")
    return table


def losses_object(measured: Sequence[Losses]) -> list[dict[str, Any]]:
    """Return the losses for JSON."""
    return [{**asdict(each), "eb_n0_db": EB_N0_DB, "wanted": each.wanted(measured)} for each in measured]


def _loss_text(loss_db: float) -> str:
    return "fails" if loss_db > _FAILED_DB else f"{round(loss_db, 2) + 0.0:.2f}"
