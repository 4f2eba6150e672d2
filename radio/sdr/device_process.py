"""The process that has a receiving device, as its parent sees it."""

import json
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from typing import Any

from radio.front_end_errors import DeviceError
from radio.front_end_file import SdrReceiveTable

_PROCESS = "radio.sdr.receive_process"
_OPENING_S = 15
"""A device that has not been opened by then never will be."""
_LOADING_S = 15.0
"""For Python and the driver."""
_ENDING_S = 2.0


class DeviceProcess:
    """A process that receives, from its start to its end."""

    def __init__(self, table: SdrReceiveTable, link_rate_hz: float) -> None:
        """Start it and wait until it receives. Raise DeviceError if it cannot."""
        self._device = table.device
        self._events: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._told: deque[str] = deque(maxlen=20)
        """What the driver wrote last."""
        self._child = subprocess.Popen(
            [sys.executable, "-m", _PROCESS, table.model_dump_json(), repr(link_rate_hz), str(_OPENING_S)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,  # a Ctrl-C is ours: it ends when we do
        )
        self._readers = [threading.Thread(target=read, daemon=True) for read in (self._read_events, self._read_words)]
        for reader in self._readers:
            reader.start()
        try:
            self.endpoint = self._wait_ready()
        except DeviceError:
            self.close()
            raise

    def _read_events(self) -> None:
        for line in self._child.stdout or ():
            self._events.put(json.loads(line))

    def _read_words(self) -> None:
        for line in self._child.stderr or ():
            self._told.append(line.strip())

    def _wait_ready(self) -> str:
        patience_s = _LOADING_S + _OPENING_S
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            for event in self.events():
                if event["event"] == "ready":
                    return str(event["rx"])
            time.sleep(0.01)
        raise DeviceError(self._device, f"was not opened within {patience_s:g} s", "one that answers")

    def events(self) -> list[dict[str, Any]]:
        """Return what the process has said since the last call. Raise DeviceError if it said that, or has ended."""
        ended = self._child.poll() is not None
        if ended:
            self._readers[0].join(_ENDING_S)  # its last words
        found = []
        while not self._events.empty():
            event = self._events.get()
            if event["event"] == "error":
                raise DeviceError(event["device"], event["reason"], event["accepted"])
            found.append(event)
        if ended:
            words = f" ({self._told[-1]})" if self._told else ""
            raise DeviceError(
                self._device, f"its driver ended with status {self._child.returncode}{words}", "one that answers"
            )
        return found

    def close(self) -> None:
        """End the process, whatever it does."""
        if self._child.stdin:
            self._child.stdin.close()
        try:
            self._child.wait(_ENDING_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        for reader in self._readers:
            reader.join()
        for pipe in (self._child.stdout, self._child.stderr):
            if pipe:
                pipe.close()
