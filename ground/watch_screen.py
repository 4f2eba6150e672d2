"""The live view in a terminal of 80 columns and 24 lines or more."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.layout import Layout
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from edge.printable import printable
from ground.gateway.link_clock import Window
from ground.prompts_command import first_words
from ground.text_chart import TextChart
from ground.text_waterfall import TextWaterfall
from ground.watch_desk import Curve, WatchDesk

_STATION_COLUMNS = 38
_STATION_LINES = 7
_ID_COLUMNS = 9
_LEAST_DOPPLER_HZ, _LEAST_EB_N0_DB = 100.0, 4.0


class WatchScreen:
    """A watcher's view of a desk; `trouble` is said in place of the last line of the header."""

    def __init__(self, watch: WatchDesk, trouble: str = "") -> None:
        self._watch, self._trouble = watch, trouble

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it over the whole terminal."""
        lines = options.height or console.height
        queued = len(self._watch.desk.open_prompts)
        layout = Layout()
        layout.split_column(
            Layout(self._header(), size=2),
            Layout(name="charts", ratio=2, minimum_size=6),
            Layout(name="station", ratio=2, minimum_size=_STATION_LINES),
            Layout(self._queue(), size=1 + min(max(queued, 1), max(3, lines // 6))),
            Layout(_Tail(_answer_title(self._watch), _answer(self._watch)), ratio=2, minimum_size=4),
        )
        layout["charts"].split_row(Layout(self._doppler()), _gap(), Layout(self._eb_n0()), _gap())
        layout["station"].split_row(
            Layout(_Titled(self._band(), TextWaterfall(self._watch.rows_db))),
            _gap(),
            Layout(_Titled("Station and board", Group(*self._station())), size=_STATION_COLUMNS),
        )
        yield layout

    # -- header ----------------------------------------------------------------------------------------------------

    def _header(self) -> RenderableType:
        table = Table.grid(expand=True)
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        table.add_column(no_wrap=True, justify="right")
        table.add_row(self._names(), self._time())
        second = Text(f"▲ {self._trouble}", style="bold red") if self._trouble else self._contact()
        table.add_row(second, self._security())
        return table

    def _names(self) -> Text:
        watch, station = self._watch, self._watch.desk.station or {}
        where = f"{watch.forecast.satellite} over {watch.forecast.station.name}" if watch.forecast else "ground station"
        return Text.assemble((printable(where), "bold"), (f"  {printable(str(station.get('profile', '')))}", "dim"))

    def _time(self) -> Text:
        clock, now_s = self._watch.desk.clock, self._watch.now_s
        utc = clock.utc(now_s)
        return Text(f"{utc:%Y-%m-%d %H:%M:%S} UTC" if utc else clock.in_words(now_s), style="bold")

    def _contact(self) -> Text:
        clock, now_s = self._watch.desk.clock, self._watch.now_s
        if contact := clock.contact:
            return Text.assemble(("● in view", "bold green"), self._until_los(contact), self._direction())
        if clock.next_aos_s is None:
            return Text("○ no contact left", style="bold")
        left = countdown(clock.next_aos_s - now_s)
        return Text.assemble(("○ out of view", "bold"), f"  AOS in {left}, at {clock.in_words(clock.next_aos_s)}")

    def _until_los(self, contact: Window) -> str:
        left_s = contact.los_s - self._watch.now_s
        return "" if left_s == float("inf") else f"  LOS in {countdown(left_s)}"

    def _direction(self) -> str:
        azimuth_deg, elevation_deg = self._watch.foretold("azimuth_deg"), self._watch.foretold("elevation_deg")
        if azimuth_deg is None or elevation_deg is None:
            return ""
        margin_db = self._watch.foretold("downlink.margin_db")
        margin = "" if margin_db is None else f"  margin {margin_db:+.1f} dB"
        return f"  az {azimuth_deg:.0f}° el {elevation_deg:.1f}°{margin}"

    def _security(self) -> Text:
        security = (self._watch.desk.station or {}).get("security")
        return (
            Text("NOT ENCRYPTED", style="bold red")
            if security == "clear"
            else Text(printable(str(security or "")), style="dim")
        )

    def _band(self) -> str:
        rate_hz = (self._watch.desk.station or {}).get("sample_rate_hz")
        return f"Waterfall, ±{rate_hz / 2e3:g} kHz" if rate_hz else "Waterfall"

    # -- charts ----------------------------------------------------------------------------------------------------

    def _doppler(self) -> RenderableType:
        curve = self._watch.doppler("downlink")
        title = f"Doppler {_measured(curve, '+,.0f')} Hz, foretold {_foretold(curve, '+,.0f')}"
        return _Titled(title, TextChart(curve, _LEAST_DOPPLER_HZ, lambda value_hz: f"{value_hz:+,.0f}"))

    def _eb_n0(self) -> RenderableType:
        curve = self._watch.eb_n0("downlink")
        title = f"Eb/N0 {_measured(curve, '.1f')} dB, foretold {_foretold(curve, '.1f')}"
        return _Titled(title, TextChart(curve, _LEAST_EB_N0_DB, lambda value_db: f"{value_db:.1f}"))

    # -- station and board -----------------------------------------------------------------------------------------

    def _station(self) -> Iterable[Text]:
        """Frames are those of all virtual channels together; uplink is as the spacecraft measured it."""
        desk = self._watch.desk
        channels = desk.channels or {}
        down, up = channels.get("down", {}).values(), channels.get("up", {}).values()
        doppler, eb_n0 = self._watch.doppler("uplink"), self._watch.eb_n0("uplink")
        yield from self._cop1(desk.cop1 or {})
        yield _pairs(("down", _sum(down, "frames"), "frames"), ("rejected", _sum(down, "rejected"), ""))
        yield _pairs(("up", _sum(up, "sent"), "frames"), ("again", _sum(up, "resent"), ""))
        yield _pairs(("on board", _measured(doppler, "+,.0f"), "Hz"), ("Eb/N0", _measured(eb_n0, ".1f"), "dB"))
        yield self._board(desk.health or {})

    def _cop1(self, cop1: dict[str, Any]) -> Iterable[Text]:
        flags = [name for name in ("lockout", "wait", "retransmit") if cop1.get(name)]
        state = printable(self._watch.desk.uplink_state.replace("_", " ")) or "not begun"
        yield Text.assemble(("COP-1 ", "dim"), state, (f"  {' '.join(flags).upper()}", "bold red"), no_wrap=True)
        counters = {"V(S)": "vs", "N(R)": "nr", "outstanding": "outstanding"}
        yield _pairs(*((name, cop1.get(field), "") for name, field in counters.items()))

    def _board(self, health: dict[str, Any]) -> Text:
        voltage_v, current_a = health.get("bus_voltage_v"), health.get("current_a")
        power_w = None if voltage_v is None or current_a is None else f"{voltage_v * current_a:.2f}"
        return _pairs(
            ("board", power_w, "W"),
            ("", _number(health.get("temperature_c"), ".0f"), "°C"),
            ("payload", _number(health.get("payload_temperature_c"), ".0f"), "°C"),
        )

    # -- prompts ---------------------------------------------------------------------------------------------------

    def _queue(self) -> RenderableType:
        desk = self._watch.desk
        prompts = desk.open_prompts
        table = Table.grid(expand=True, padding=(0, 1))
        table.add_column(width=_ID_COLUMNS, no_wrap=True)
        table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        for each in prompts:
            where = Text(printable(desk.status(each)), style="cyan")
            table.add_row(Text(printable(each.prompt_id[: _ID_COLUMNS - 1]), style="dim"), _line(each.text), where)
        return _Titled(f"Queue: {len(prompts)}", table if prompts else Text("nothing waits", style="dim"))


def _gap() -> Layout:
    return Layout(Text(" "), size=1)


class _Titled:
    """Something under a line with its title."""

    def __init__(self, title: str, content: RenderableType) -> None:
        self._title, self._content = title, content

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Rule(Text(self._title, style="bold"), align="left", style="dim")
        yield from console.render(self._content, options.update(height=(options.height or 2) - 1))


class _Tail:
    """The last lines of a text that there is room for, under its title."""

    def __init__(self, title: str, text: str) -> None:
        self._title, self._text = title, text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Rule(Text(self._title, style="bold"), align="left", style="dim")
        lines = Text(printable(self._text, keep="\n")).wrap(console, options.max_width)
        yield from lines[-((options.height or 2) - 1) :]


def countdown(seconds: float) -> str:
    """Return a span as people count it down: 04:43, or 1:12:33.

    >>> countdown(283.2), countdown(4353)
    ('04:43', '1:12:33')
    """
    minutes, rest = divmod(max(0, int(seconds)), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes:02}:{rest:02}"


def _answer_title(watch: WatchDesk) -> str:
    prompt = watch.answered
    return f"Answer to: {first_words(prompt.text, 56)}" if prompt else "Answer"


def _answer(watch: WatchDesk) -> str:
    prompt = watch.answered
    return prompt.answer if prompt else "none yet"


def _line(text: str) -> Text:
    return Text(printable(" ".join(text.split())))


def _pairs(*pairs: tuple[str, object, str]) -> Text:
    """Return names, values and units; a dash where there is no value."""
    texts = []
    for name, value, unit in pairs:
        texts += [(f"{name} " if name else "", "dim"), (f"{'–' if value is None else value} {unit}".strip() + "  ", "")]
    return Text.assemble(*texts, no_wrap=True)


def _measured(curve: Curve, form: str) -> str:
    return _number(curve.now, form) or "–"


def _foretold(curve: Curve, form: str) -> str:
    return _number(curve.predicted_now, form) or "–"


def _number(value: float | None, form: str) -> str | None:
    return None if value is None else format(value, form)


def _sum(channels: Iterable[dict[str, int]], name: str) -> int:
    return sum(each.get(name, 0) for each in channels)
