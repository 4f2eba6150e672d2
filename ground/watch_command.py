"""The command that watches a station through its gateway, on a terminal or in lines."""

import json
import sys
import time
from contextlib import suppress

from rich.console import Console
from rich.live import Live

from ground.errors import RequestError
from ground.gateway_client import GatewayClient
from ground.gateway_errors import GatewayError, GatewayLostError, NoGatewayError
from ground.live_events import LiveEvents, live_events
from ground.watch_desk import WatchDesk
from ground.watch_lines import WatchLines
from ground.watch_screen import WatchScreen

_REFRESH_S = 0.25
_HELLO_S = 10.0
_FIRST_DELAY_S, _LONGEST_DELAY_S = 0.5, 5.0


def watch(gateway: GatewayClient, *, as_json: bool) -> None:
    """Watch until Ctrl-C. Raise NoGatewayError if there is no gateway in the beginning.

    One that goes away later is waited for on a terminal. Elsewhere its end is the end: GatewayLostError.
    """
    console = Console(highlight=False)
    with suppress(KeyboardInterrupt):
        if as_json:
            _print_events(gateway)
        elif console.is_terminal:
            with Live(console=console, screen=True, auto_refresh=False) as live:
                _Terminal(gateway, live).watch()
        else:
            _print_lines(gateway, console)


class LiveDesk:
    """A desk that follows a gateway's live events."""

    def __init__(self, gateway: GatewayClient, events: LiveEvents) -> None:
        """Begin with what the gateway says first. Raise NoGatewayError if it is no greeting."""
        self._url, self._events = gateway.url, events
        hello = events.next(_HELLO_S)
        try:
            self.desk = WatchDesk(hello or {})
        except (LookupError, TypeError, ValueError, AttributeError, RequestError):
            raise NoGatewayError(gateway.url, "what answers there is something else") from None

    def follow(self, timeout_s: float) -> dict[str, object] | None:
        """Take the next event in and return it, None if none comes in time. Raise GatewayLostError."""
        event = self._events.next(timeout_s)
        try:
            if event is not None:
                self.desk.take(event)
        except (LookupError, TypeError, ValueError, AttributeError):
            raise GatewayLostError(self._url, "what it says is not understood") from None
        return event


class _Terminal:
    """Shows a desk on the whole screen, and tries again with longer and longer pauses when the gateway is lost."""

    def __init__(self, gateway: GatewayClient, live: Live) -> None:
        self._gateway, self._live = gateway, live
        self._desk: WatchDesk | None = None
        self._delay_s = _FIRST_DELAY_S

    def watch(self) -> None:
        while True:
            try:
                self._follow()
            except GatewayError as error:
                if self._desk is None:
                    raise
                self._wait(self._desk, error)

    def _follow(self) -> None:
        with live_events(self._gateway) as events:
            following = LiveDesk(self._gateway, events)
            self._desk, self._delay_s = following.desk, _FIRST_DELAY_S
            due_s = time.monotonic()
            while True:
                following.follow(max(0.0, due_s - time.monotonic()))
                if time.monotonic() >= due_s:
                    self._live.update(WatchScreen(following.desk), refresh=True)
                    due_s = time.monotonic() + _REFRESH_S

    def _wait(self, desk: WatchDesk, error: GatewayError) -> None:
        trouble = "no gateway" if isinstance(error, NoGatewayError) else str(error)
        self._live.update(WatchScreen(desk, f"{trouble}; trying again in {self._delay_s:.0f} s"), refresh=True)
        time.sleep(self._delay_s)
        self._delay_s = min(2 * self._delay_s, _LONGEST_DELAY_S)


def _print_events(gateway: GatewayClient) -> None:
    with live_events(gateway) as events:
        while True:
            if event := events.next(_LONGEST_DELAY_S):
                sys.stdout.write(json.dumps(event) + "\n")
                sys.stdout.flush()


def _print_lines(gateway: GatewayClient, console: Console) -> None:
    with live_events(gateway) as events:
        following = LiveDesk(gateway, events)
        lines = WatchLines(following.desk)
        while True:
            if event := following.follow(_LONGEST_DELAY_S):
                for line in lines.after(event):
                    console.print(line, markup=False, soft_wrap=True)
