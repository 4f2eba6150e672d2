"""The process: the sky's blocks against its own, and a device that a driver could open."""

import json
import socket
import subprocess
import sys
from contextlib import closing, contextmanager

import numpy as np

from radio.zmq_iq import ANY_PORT, IqSink, IqSource, Poller

BLOCK = 2400


@contextmanager
def running(rx_endpoint, tx_endpoint=ANY_PORT, port=0):
    told = [rx_endpoint, tx_endpoint, "240e3", str(BLOCK), "10e6", "20e6", str(port)]
    command = [sys.executable, "-m", "radio.emulated.red_pitaya_process", *told]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait(20)
        process.stdout.close()


def test_it_gives_the_sky_a_block_for_each_and_a_driver_samples():
    with closing(IqSource(ANY_PORT)) as sky, running(sky.endpoint) as (process, ready):
        host, port = (part.partition("=")[2] for part in ready["device"].split(","))
        with closing(IqSink(ready["tx"])) as sink, socket.create_connection((host, int(port)), 10) as driver:
            driver.sendall((1).to_bytes(4, "little"))
            for _ in range(3):
                sky.put(np.ones(BLOCK, dtype=np.complex64))
                sink.want(BLOCK)
                assert Poller((sky, sink)).until(lambda: sink.complete, lambda: False, 20)
                assert not sink.take().any()
            sink.want(BLOCK)
            assert not Poller((sky, sink)).until(lambda: sink.complete, lambda: False, 0.3)
            assert len(driver.recv(1 << 14)) > 0
    assert process.returncode == 0


def test_a_port_that_is_taken_is_said():
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        with running(ANY_PORT.replace("*", "9"), port=port) as (process, said):
            assert said["event"] == "error"
            assert f"redpitaya=127.0.0.1:{port}" in said["message"]
    assert process.returncode == 2
