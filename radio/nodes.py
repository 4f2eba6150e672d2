"""The node of a program, of samples or of frames: what a port wants."""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from radio.errors import RecordingError
from radio.node import Node, Port, Program
from radio.profile import Profile
from radio.recording.recorder import Recorder
from radio.serial_radio.air_interface import AirInterface
from radio.serial_radio.port import SerialRadioPort
from radio.warm_up import warm_up_modem


class AnyNode(Protocol):
    """One end of the link."""

    def step(self, rx: NDArray[np.complex64], now_s: float) -> NDArray[np.complex64]:
        """Take the samples received up to ``now_s``, if there are any; return as many to transmit from then on."""

    def to_json(self) -> dict[str, Any]:
        """Return what went through this node, as plain lists and numbers."""


class Nodes(Protocol):
    """Makes the node of either end."""

    @property
    def air(self) -> AirInterface:
        """What programs have to know of the link. Raise FrontEndFileError if its frames do not fit."""

    def warm_up(self) -> None:
        """Do what is to be done before time runs, and find out whether everything fits."""

    def ground(self, program: Program) -> AnyNode:
        """Return the ground's node. Raise ProfileError or FrontEndFileError if the profile does not fit."""

    def flatsat(self, program: Program) -> AnyNode:
        """Return the flatsat's node. Raise ProfileError or FrontEndFileError if the profile does not fit."""


@runtime_checkable
class NodesPort(Protocol):
    """A port with nodes of its own."""

    def nodes(self, recorder: Recorder | None) -> Nodes:
        """Return what makes them; what they receive may be recorded."""


@dataclass(frozen=True, slots=True)
class SampleNodes:
    """Nodes that modulate and demodulate; what they receive may be recorded."""

    profile: Profile
    sample_rate_hz: float
    recorder: Recorder | None

    @property
    def air(self) -> AirInterface:
        """The profile itself."""
        return self.profile

    def warm_up(self) -> None:
        """Compile what is compiled when it is first used."""
        warm_up_modem(self.profile, self.sample_rate_hz)

    def ground(self, program: Program) -> AnyNode:
        """Return the ground's node. Raise ProfileError if the profile does not fit the sample rate."""
        return self._heard(Node(program, self.profile.uplink, self.profile.downlink, self.sample_rate_hz))

    def flatsat(self, program: Program) -> AnyNode:
        """Return the flatsat's node. Raise ProfileError if the profile does not fit the sample rate."""
        return self._heard(Node(program, self.profile.downlink, self.profile.uplink, self.sample_rate_hz))

    def _heard(self, node: Node) -> Node:
        if self.recorder:
            node.ears.append(self.recorder)
        return node


@dataclass(frozen=True, slots=True)
class PacketNodes:
    """Nodes on a packet radio, which has a modem of its own."""

    port: SerialRadioPort
    profile: Profile

    @property
    def air(self) -> AirInterface:
        """The radio's; of the profile the frames. Raise FrontEndFileError if they do not fit."""
        return self.port.air_interface(self.profile)

    def warm_up(self) -> None:
        """Raise FrontEndFileError if the frames do not fit."""
        self.port.air_interface(self.profile)

    def ground(self, program: Program) -> AnyNode:
        """Return the ground's node. Raise FrontEndFileError if the frames do not fit."""
        return self.port.ground_node(program, self.profile)

    def flatsat(self, program: Program) -> AnyNode:
        """Return the flatsat's node. Raise FrontEndFileError if the frames do not fit."""
        return self.port.flatsat_node(program, self.profile)


def nodes_of(port: Port, profile: Profile, sample_rate_hz: float, recorder: Recorder | None) -> Nodes:
    """Return what makes the nodes that a port wants. Raise RecordingError if there are no samples to record."""
    if isinstance(port, NodesPort):
        return port.nodes(recorder)
    if not isinstance(port, SerialRadioPort):
        return SampleNodes(profile, sample_rate_hz, recorder)
    if recorder:
        raise RecordingError("record", "a folder", "nothing: a serial radio gives no samples")
    return PacketNodes(port, profile)
