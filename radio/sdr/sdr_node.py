"""A node of the link that receives with a device: the port between its process, the step, and what transmits."""

import time
from collections.abc import Callable
from typing import Any

from radio.front_end_errors import DeviceError
from radio.front_end_file import SdrReceiveTable
from radio.sdr.device_process import DeviceProcess
from radio.sdr.device_source import lumps_s
from radio.sdr.eager_sink import EagerIqSink
from radio.sdr.leaky_source import LeakyIqSource
from radio.sdr.level_meter import CLIPPED_TOO_OFTEN
from radio.sdr.sample_clock import SampleClock
from radio.zmq_iq import Poller, Step

_STALE_S = 0.5
"""What has waited so long to be transmitted is lost."""
_PATIENCE_S = 0.2
"""After this long without samples it is looked what the device's process says."""
_GONE_S = 8.0
"""Longer than the device's process takes to say so itself."""

_LATENCY_S = 0.6
"""Seen with samples that come as they are made: 0.2 s down and 0.35 s up."""

Warn = Callable[[str], None]


class SdrNode:
    """The same port as ``ZmqNode``, driven by a device.

    Link time is the count of samples, those that the device lost among them: it leaps where they are missing. Nobody
    need transmit: samples that are not fetched in time are lost.
    """

    def __init__(self, table: SdrReceiveTable, tx_endpoint: str, block: int, link_rate_hz: float, warn: Warn) -> None:
        """Open the device; ``warn`` is told what is wrong but does not end a run.

        Raise LinkPortError if the transmitter's endpoint is taken or not valid, DeviceError if the device cannot be
        opened.
        """
        self._block, self._rate_hz, self._warn, self._device = block, link_rate_hz, warn, table.device
        self.latency_s = _LATENCY_S + lumps_s(table)
        self._source = LeakyIqSource(tx_endpoint, round(_STALE_S * link_rate_hz))
        self.tx_endpoint = self._source.endpoint
        self._samples = self._lost = self._leaps = 0
        self._clipped_share = self._most_clipped = 0.0
        self._rms_dbfs: float | None = None
        try:
            self._process = DeviceProcess(table, link_rate_hz)
        except DeviceError:
            self._source.close()
            raise
        self._sink = EagerIqSink(self._process.endpoint)

    def run(self, step: Step, begin_s: float, interrupted: Callable[[], bool]) -> None:
        """Work from link time ``begin_s`` on until interrupted. Raise DeviceError if the device vanishes."""
        self._source.reset()
        self._sink.reset()
        clock, count, fresh = SampleClock(self._rate_hz), 0, False
        poller = Poller((self._sink, self._source))
        heard_s = time.monotonic()
        while not interrupted():
            self._sink.want(self._block)
            if poller.until(lambda: self._sink.complete, interrupted, _PATIENCE_S):
                heard_s = time.monotonic()
                if fresh:
                    count += self._block + self._leap(clock.take(self._block, heard_s))
                    self._transmit(step, begin_s + count / self._rate_hz)
                else:  # what waited until now was received before link time began
                    self._sink.drop()
                    fresh = True
            elif time.monotonic() > heard_s + _GONE_S:
                raise DeviceError(self._device, f"gave no samples for {_GONE_S:g} s", "one that stays")
            self._look_after_device()

    def _transmit(self, step: Step, now_s: float) -> None:
        tx = step(self._sink.take(), now_s)
        self._samples += len(tx)
        if self._source.waiting < 2 * self._block or tx.any():  # in silence, what fell behind catches up
            self._source.put(tx)

    def _leap(self, lost: int) -> int:
        if lost:
            self._lost, self._leaps = self._lost + lost, self._leaps + 1
            self._warn(f"device {self._device}: {lost / self._rate_hz * 1e3:.0f} ms of samples were lost")
        return lost

    def _look_after_device(self) -> None:
        for event in self._process.events():
            if event["event"] == "level":
                self._rms_dbfs = event["rms_dbfs"]
                self._judge_clipping(event["clipped_share"])

    def _judge_clipping(self, share: float) -> None:
        """Warn when clipping begins, not each second that it lasts."""
        if share > CLIPPED_TOO_OFTEN >= self._clipped_share:
            self._warn(f"device {self._device}: {share:.1%} of its samples are at full scale: lower gain_db")
        self._clipped_share = share
        self._most_clipped = max(self._most_clipped, share)

    def report(self) -> dict[str, Any]:
        """Return what the device gave so far, as plain numbers."""
        return {
            "device": self._device,
            "samples": self._samples,
            "samples_lost": self._lost,
            "leaps": self._leaps,
            "most_clipped_share": self._most_clipped,
            "rms_dbfs": self._rms_dbfs,
            "samples_not_fetched": self._source.lost,
        }

    def close(self) -> None:
        """Close both sockets and end the device's process."""
        self._source.close()
        self._sink.close()
        self._process.close()
