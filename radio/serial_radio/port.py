"""What runs a node that has a packet radio: its serial line, and the wall clock."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from edge.serial_port import SerialPort
from radio.front_end_errors import DeviceError
from radio.front_end_file import SerialRadioTable
from radio.node import Program
from radio.serial_radio.air_interface import AirInterface, PacketAirInterface
from radio.serial_radio.air_time import STEP_S
from radio.serial_radio.frame_node import FrameNode
from radio.zmq_iq import Step

_NO_SAMPLES = np.zeros(0, dtype=np.complex64)


class SerialRadioPort:
    """The same port as ``ZmqNode``, with a packet radio for a sky: link time runs with the wall clock."""

    latency_s = 0.0

    def __init__(self, radio: SerialRadioTable) -> None:
        """Open the line. Raise DeviceError if that cannot be done."""
        self._radio = radio
        self._line = SerialPort(radio.device, radio.baud, _device_error)
        self.tx_endpoint = radio.device

    def air_interface(self, profile: AirInterface) -> PacketAirInterface:
        """Return what programs have to know of the link. Raise FrontEndFileError if its frames do not fit."""
        return PacketAirInterface.of(self._radio, profile)

    def ground_node(self, program: Program, profile: AirInterface) -> FrameNode:
        """Return the ground's node on this line. Raise FrontEndFileError if the frames do not fit."""
        return FrameNode(program, self._line, self._radio, self.air_interface(profile).ground_lengths, yields=True)

    def flatsat_node(self, program: Program, profile: AirInterface) -> FrameNode:
        """Return the flatsat's node on this line. Raise FrontEndFileError if the frames do not fit."""
        lengths = self.air_interface(profile).ground_lengths.of_other_end
        return FrameNode(program, self._line, self._radio, lengths, yields=False)

    def run(self, step: Step, begin_s: float, interrupted: Callable[[], bool]) -> None:
        """Work from link time ``begin_s`` on until interrupted; what was under way before is dropped.

        Raises DeviceError if the line is lost.
        """
        self._line.read()
        started_s = time.monotonic()
        while not interrupted():
            step(_NO_SAMPLES, begin_s + time.monotonic() - started_s)
            time.sleep(STEP_S)

    def report(self) -> dict[str, Any]:
        """Return nothing: there is no device."""
        return {}

    def close(self) -> None:
        """Close the line."""
        self._line.close()


def _device_error(device: str, reason: str) -> DeviceError:
    return DeviceError(device, reason, "a serial device, or a port server's URL, that leads to the radio")
