"""Writes the tables of fields in docs/*.md anew, from the tables that read the files.

Between `<!-- fields: NAME -->` and `<!-- end -->` stands what `sections()[NAME]` gives; a test compares them.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields, is_dataclass
from itertools import pairwise
from pathlib import Path
from textwrap import dedent
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from edge.table_types import bare, fields_of, tables_in
from linkbudget.fading.fading import Fading
from radio.channel.impairments import PathImpairments
from radio.channel.settings import Within
from radio.profile import LinkProfile
from radio.satellites.satellite import Satellite
from testbed.campaign.campaign_file import Campaign
from testbed.scenario import FrontEndTable, LegTable

DOCS = Path(__file__).parent
_UNITS = {
    "_dbc_hz": "dBc/Hz",
    "_db_hz": "dB-Hz",
    "_hz_s": "Hz/s",
    "_per_s": "1/s",
    "per_s": "1/s",
    "_hz": "Hz",
    "_baud": "symbols/s",
    "_db": "dB",
    "_deg": "deg",
    "_ppm": "ppm",
    "_lsb": "converter's steps",
    "_octets": "octets",
    "_symbols": "symbols",
    "_samples": "samples",
    "_bits": "bits",
    "_frames": "frames",
    "_s": "s",
}
"""By the end of a field's name; the longer ends come first."""
_MEANINGS = {
    "LinkProfile.carrier_hz": "centre frequency",
    "LinkProfile.symbol_rate_baud": "symbol periods a second; of QPSK and OQPSK each carries two bits",
    "LinkProfile.line_code": "levels say bits, or changes of the level do: a one changes it",
    "LinkProfile.transmission": "one burst for each frame, or a stream with idle frames",
    "LinkProfile.search_range_hz": "largest carrier offset that the receiver looks for, to either side",
    "LinkProfile.frame_octets": "of the longest frame; with CADUs and AR4JA of every frame",
    "CltuBchCoding.acquisition_octets": "of the alternating sequence before a CLTU",
    "CltuBchCoding.randomized": "whether the frame is randomised",
    "CltuBchCoding.error_correcting": "whether codeblocks are corrected by soft decisions, or errors only detected",
    "CltuLdpcCoding.acquisition_octets": "of the alternating sequence before a CLTU",
    "CaduCoding.convolutional": "rate of the K = 7 code; none if left out",
    "CaduCoding.reed_solomon": "a table; no Reed-Solomon code if left out",
    "CaduCoding.randomizer": "period of 255 bits, or of 131071",
    "CaduCoding.acquisition_symbols": "alternating symbols before a burst, or once before a stream",
    "CaduCoding.sync_marker": "4, 8, 12 or 16 octets in hexadecimal",
    "ReedSolomonTable.interleave": "codewords in a frame",
    "ReedSolomonTable.basis": "the standard's, or that of many small satellites",
    "LdpcCoding.rate": "of the code; the frame's 128, 512 or 2048 octets are its information bits",
    "LdpcCoding.randomizer": "period of 255 bits, or of 131071",
    "LdpcCoding.acquisition_symbols": "alternating symbols before a burst, or once before a stream",
    "LegTable.clock_error_ppm": "of the receiver's oscillator against the transmitter's: of carrier and symbol clock",
    "WarmUpSettings.time_constant_s": "in which all but 1/e of it is gone",
    "ShadowStatesSettings.good": "a table",
    "ShadowStatesSettings.bad": "a table with the same fields as `good`",
    "IonosphericSettings.decorrelation_s": "in which the correlation falls to 1/e",
    "TumblingSettings.pattern": "of the satellite's antenna",
    "AttenuatorSettings.step_db": "what attenuations are multiples of",
    "AttenuatorSettings.most_db": "its range",
    "AttenuatorSettings.schedule": "a list of tables, in the order of their times",
    "AttenuationSettings.time_s": "link time from which it holds",
    "AttenuationSettings.attenuation_db": "a multiple of the steps",
    "AdjacentChannelSettings.symbol_rate_baud": "its band is 1.3 times as wide",
    "FrontEndTable.bandwidth_hz": "of the channel filter, from edge to edge",
    "FrontEndTable.adc_bits": "of the converter",
    "FrontEndTable.noise_rms_lsb": "level at which the gain sets thermal noise, each of I and Q",
    "PhaseNoiseSettings.offset_hz": "from the carrier, at which `level_dbc_hz` holds",
    "PhaseNoiseSettings.floor_dbc_hz": "where the fall of 20 dB a decade ends",
    "IqImbalance.gain_db": "by which Q is stronger than I",
    "IqImbalance.phase_deg": "by which Q is off its quarter turn",
    "FrontEndImpairments.dc_q_lsb": "the same of Q",
    "Satellite.name": "shown with the frames",
    "Satellite.norad_id": "number in the catalogue",
    "Satellite.signal": "complex samples, or what an FM receiver makes of them",
    "Satellite.symbol_rate_baud": "from 1 to 10e6",
    "Satellite.symbol_rate_tolerance": "part of the symbol rate by which it may be off, at most 0.01; 100 ppm always",
    "Satellite.modulation_index": "twice the deviation in symbol rates, 0.1 to 4",
    "Satellite.search_range_hz": "how far off the carrier may be, to either side, up to 1e6; of complex samples only",
    "CaduFraming.frame_octets": "without sync marker and check octets",
    "CaduFraming.interleave": "Reed-Solomon codewords in a frame",
    "CaduFraming.parity_octets": "32 is RS(255,223), 16 is RS(255,239)",
    "CaduFraming.randomizer": "period of 255 bits, or of 131071",
    "CaduFraming.fecf": "whether a frame ends with a CRC-16, which then must be right",
    "Ax25Framing.scrambled": "by G3RUH's polynomial",
    "Ax25Framing.payload": "a table; the frame's own check sequence decides if left out",
    "Ax25Framing.fecf": "whether what is in a frame ends with a CRC-16, which then must be right",
    "PayloadCoding.header_octets": "of the frame, before the codeword",
    "PayloadCoding.parity_octets": "32 is RS(255,223), 16 is RS(255,239)",
    "PayloadCoding.randomizer": "period of 255 bits, or of 131071",
    "Campaign.name": "letters, digits, `_ . -`: the folder has it",
    "SymbolsSweep.name": "title of its picture",
    "SymbolsSweep.eb_n0_db": "a list of decibels, in place of `es_n0_db`",
    "SymbolsSweep.count": "which errors: frames not received right, or channel symbols decided wrong",
    "SamplesSweep.name": "title of its picture",
    "SamplesSweep.eb_n0_db": "a list of decibels, in place of `es_n0_db`",
    "SamplesSweep.count": "which errors: frames, channel symbols, or markers not found",
    "SamplesSweep.sample_rate_hz": "of transmitter, channel and receiver",
    "SamplesSweep.clock_error_ppm": "of the receiver's oscillator against the transmitter's",
    "NoiseSweep.name": "title of its table",
    "NoiseSweep.sample_rate_hz": "of the receiver",
    "Stated.offset_hz": "of the carrier",
    "Stated.rate_hz_s": "how fast it changes",
    "Spread.largest_hz": "drawn evenly from this to either side",
    "Spread.rate_hz_s": "how fast it changes",
    "OverPass.latitude_deg": "of the station",
    "OverPass.longitude_deg": "of the station",
    "FadingTable.shadow_correlation_s": "how long a shadow lasts",
    "ReedSolomonTheory.corrects": "octets in a codeword",
    "ReedSolomonTheory.interleave": "codewords in a frame",
    "ConvolutionalTheory.puncturing": "rate",
    "ReferenceCurve.points": "pairs of Eb/N0 in dB, rising, and error rate, falling",
    "Limit.rate": "of errors",
}
"""What the tables themselves do not say of a field."""
_HEADING = "| field | what | unit | from | to | if left out |\n|---|---|---|--:|--:|---|\n"


def sections() -> dict[str, str]:
    """Return each generated section, as Markdown, by its name."""
    described_elsewhere = {FrontEndTable, PathImpairments, *tables_in(Fading)}
    return {
        "profile": _markdown("downlink", LinkProfile, set()),
        "leg": _markdown("downlink", LegTable, set()),
        "front-end": _markdown("front_end", FrontEndTable, set()),
        "campaign": _markdown("", Campaign, described_elsewhere),
        "satellite": _markdown("", Satellite, set()),
    }


@dataclass(frozen=True)
class _Bounds:
    lowest: str = ""
    highest: str = ""


def _markdown(place: str, table: Any, seen: set[Any]) -> str:
    return "\n".join(_section(title, each) for title, each in _tables(place, table, seen))


def _tables(place: str, table: Any, seen: set[Any], is_list: bool = False) -> Iterator[tuple[str, Any]]:
    """Give a table's title and itself, and those in it, each once, at the first place where it can stand."""
    if table in seen:
        return
    seen.add(table)
    yield _title(place, is_list), table
    for name, hint in fields_of(table).items():
        for inner in tables_in(hint):
            yield from _tables(f"{place}.{name}".lstrip("."), inner, seen, _is_list(hint))


def _title(place: str, is_list: bool) -> str:
    if not place:
        return "the file itself"
    return f"[[{place}]]" if is_list else f"[{place}]"


def _section(title: str, table: Any) -> str:
    tag = _tag(table)
    if tag:
        title += f' {tag} = "{get_args(bare(fields_of(table)[tag]))[0]}"'
    rows = "".join(_row(table, name) for name in fields_of(table) if name != tag)
    body = f"\n{_HEADING}{rows}" if rows else ""
    return f"### `{title}`\n\n{_described(table)}\n{body}"


def _tag(table: Any) -> str | None:
    """Return the field that tells tables of several kinds apart."""
    return next((name for name in ("kind", "through") if name in fields_of(table)), None)


def _described(table: Any) -> str:
    said = re.sub(r"\s*Raises \w+[^.]*(\.\s|\.$)", " ", inspect.cleandoc(table.__doc__ or "") + "\n")
    return re.sub(r"`(\w+)\(\)`", r"`\1`", said.strip())


def _row(table: Any, name: str) -> str:
    hint = fields_of(table)[name]
    bounds = _bounds(table, name, hint)
    cells = (f"`{name}`", _what(table, name, hint), _unit(name), bounds.lowest, bounds.highest, _default(table, name))
    return f"| {' | '.join(cells)} |\n"


def _what(table: Any, name: str, hint: Any) -> str:
    choices = ", ".join(f"`{_toml(choice)}`" for choice in _choices(hint))
    said = _said(table).get(name, "")
    said = said[:1].lower() + said[1:] or _MEANINGS.get(f"{table.__name__}.{name}", "")
    if not (said or choices):
        if not list(tables_in(hint)):
            raise KeyError(f"{table.__name__}.{name}: say in the code, or in _MEANINGS, what it is")
        said = "a list of tables" if _is_list(hint) else "a table"
    return ": ".join(part for part in (said.rstrip("."), choices) if part).replace("|", "\\|").replace("\n", " ")


def _said(table: Any) -> dict[str, str]:
    """Return what stands under the fields of a table and of those it is made from."""
    found: dict[str, str] = {}
    for each in reversed(table.__mro__):
        if each.__module__.split(".")[0] in ("radio", "testbed"):
            (class_,) = ast.parse(dedent(inspect.getsource(each))).body
            for field, text in pairwise(class_.body):  # type: ignore[attr-defined]
                match field, text:
                    case ast.AnnAssign(target=ast.Name(name)), ast.Expr(value=ast.Constant(str(said))):
                        found[name] = inspect.cleandoc(said)
    return found


def _bounds(table: Any, name: str, hint: Any) -> _Bounds:
    marks = [*getattr(hint, "__metadata__", ())]
    if not is_dataclass(table):
        marks += table.model_fields[name].metadata
    for part in get_args(bare(hint)):  # of a list's numbers
        marks += [one for mark in getattr(part, "__metadata__", ()) for one in (*getattr(mark, "metadata", ()), mark)]
    for mark in marks:
        if isinstance(mark, Within):
            return _Bounds(f"{mark.lowest:g}", f"{mark.highest:g}")
    at = {
        end: value
        for mark in marks
        for end in ("ge", "gt", "le", "lt")
        if (value := getattr(mark, end, None)) is not None
    }
    lowest = f"{at['ge']:g}" if "ge" in at else f"above {at['gt']:g}" if "gt" in at else ""
    highest = f"{at['le']:g}" if "le" in at else f"below {at['lt']:g}" if "lt" in at else ""
    return _Bounds(lowest, highest)


def _default(table: Any, name: str) -> str:
    if is_dataclass(table):
        field = next(each for each in fields(table) if each.name == name)
        needed, value = field.default is MISSING, field.default
    else:
        needed, value = table.model_fields[name].is_required(), table.model_fields[name].default
    if needed:
        return "*needed*"
    if value is None or value in ((), {}, [], ""):
        return ""
    if is_dataclass(value) or hasattr(value, "model_fields"):
        return "none of it" if "Impairments" in type(value).__name__ else "the fields' own"
    if isinstance(value, list):
        return "the fields' own"
    return f"`{_toml(value)}`"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"


def _unit(name: str) -> str:
    return next((unit for end, unit in _UNITS.items() if name.endswith(end)), "")


def _choices(hint: Any) -> tuple[Any, ...]:
    only = _only(hint)
    return get_args(only) if get_origin(only) is Literal else ()


def _is_list(hint: Any) -> bool:
    return get_origin(_only(hint)) in (list, tuple)


def _only(hint: Any) -> Any:
    """Return a hint without its annotation, and without None beside it."""
    hint = bare(hint)
    parts = get_args(hint) if get_origin(hint) in (Union, UnionType) else ()
    kinds = [part for part in parts if part is not NoneType]
    return _only(kinds[0]) if len(kinds) == 1 else hint


def renewed(text: str) -> str:
    """Return a page with its generated sections as they are now."""
    made = sections()
    return re.sub(
        r"(<!-- fields: ([\w-]+) -->\n).*?(<!-- end -->)",
        lambda found: f"{found[1]}\n{made[found[2]]}\n{found[3]}",
        text,
        flags=re.DOTALL,
    )


if __name__ == "__main__":
    for page in sorted(DOCS.glob("*.md")):
        page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
