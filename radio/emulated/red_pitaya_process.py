"""An emulated Red Pitaya as a process: a device of its own protocol to its driver, an end of the link to the sky.

Started with the sky's endpoint for what the end receives, the endpoint to bind for what it transmits, the sample rate
and block of both, the frequencies at which the device has the carriers that it receives and transmits, and the TCP port
to listen on. Says ``ready`` with ``tx`` and with the address and port of the device. Ends when its standard input
closes.
"""

import sys
import time
from contextlib import closing

import numpy as np

from radio.emulated.red_pitaya_antenna import SkyAntenna
from radio.emulated.red_pitaya_server import RedPitayaServer
from radio.errors import RadioError
from radio.worker import Worker
from radio.zmq_iq import IqSink, IqSource

_STEP_MS = 1


def main() -> int:
    """Serve until standard input closes; return the exit status.

    On the command line: RX_ENDPOINT TX_ENDPOINT LINK_RATE_HZ BLOCK RECEIVE_HZ TRANSMIT_HZ PORT.
    """
    rx_endpoint, tx_endpoint, *numbers = sys.argv[1:]
    link_rate_hz, block, receive_hz, transmit_hz, port = (float(number) for number in numbers)
    worker = Worker.on_standard_streams(until_input_closes=True)
    antenna = SkyAntenna(link_rate_hz, receive_hz, transmit_hz, time.monotonic())
    antenna.hear(np.zeros(int(block), dtype=np.complex64))  # what is compiled is compiled now
    try:
        with (
            closing(IqSource(tx_endpoint)) as source,
            closing(IqSink(rx_endpoint)) as sink,
            closing(RedPitayaServer(antenna, port=int(port))) as server,
        ):
            worker.emit("ready", tx=source.endpoint, device=f"addr={server.host},port={server.port}")
            _serve(worker, antenna, server, sink, source, int(block))
    except RadioError as error:
        worker.emit("error", message=str(error))
        return 2
    return 0


def _serve(
    worker: Worker, antenna: SkyAntenna, server: RedPitayaServer, sink: IqSink, source: IqSource, block: int
) -> None:
    """Give the sky a block for each that it gives, and let the device work meanwhile."""
    sink.want(block)
    while not worker.stopping.is_set():
        now_s = time.monotonic()
        server.attend(now_s)
        antenna.pass_time(now_s)
        if sink.complete:
            antenna.hear(sink.take())
            sink.want(block)
            source.put(antenna.sent(block))
        if sink.socket.poll(_STEP_MS):
            sink.on_readable()
        if source.listening and source.socket.poll(0):
            source.on_readable()


if __name__ == "__main__":
    sys.exit(main())
