"""A device on a TCP port, in a process of its own: a driver that opens one lets no other thread of its process run.

On the command line: rtl_tcp or mute; a file of samples at 240 kS/s, in units of the noise per sample; and
how many samples are lost on the way once it is told. Says its port. The samples come once, when a line on standard
input says so; before and after there is noise.
"""

import socket
import sys
import threading
import time

import numpy as np

from radio.channel.impairments import FrontEndImpairments
from radio.emulated.rtl_dongle import RtlDongle
from radio.emulated.rtl_tcp_server import RtlTcpServer

RATE_HZ, CARRIER_HZ = 240_000, 437.05e6
BLOCK = 1200


class Tape:
    """Gives samples once it is told to, and silence before and after."""

    def __init__(self, file):
        self.samples = np.load(file)
        self.told = threading.Event()
        threading.Thread(target=lambda: sys.stdin.readline() and self.told.set(), daemon=True).start()

    def next(self, count):
        if not self.told.is_set():
            return np.zeros(count, dtype=np.complex64)
        given, self.samples = self.samples[:count], self.samples[count:]
        return np.concatenate((given, np.zeros(count - len(given), dtype=np.complex64)))


def say(port):
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()


def serve_rtl_tcp(tape, lost):
    dongle = RtlDongle(CARRIER_HZ, RATE_HZ, 4.0, FrontEndImpairments(dc_i_lsb=20.0), np.random.default_rng(1))
    clients = []
    server = RtlTcpServer(dongle, "rtl_tcp://127.0.0.1:0", lambda state, name: clients.append(state))
    say(server.endpoint.rpartition(":")[2])
    while not clients:
        server.attend()
        time.sleep(0.005)
    begun_s, count = time.monotonic(), 0
    while True:
        while count < (time.monotonic() - begun_s) * RATE_HZ:
            signal = tape.next(BLOCK)
            count += BLOCK
            if lost and tape.told.is_set():
                lost -= BLOCK
            else:
                server.put(signal)
        server.attend()
        time.sleep(0.002)


def say_nothing(tape, lost):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        say(listener.getsockname()[1])
        while True:
            time.sleep(1)


if __name__ == "__main__":
    kind, file, lost = sys.argv[1:]
    serve = {"rtl_tcp": serve_rtl_tcp, "mute": say_nothing}[kind]
    serve(Tape(file), int(lost))
