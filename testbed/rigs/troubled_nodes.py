"""The nodes of a rig on whose frames a scenario brings trouble."""

import random
from collections.abc import Sequence
from functools import partial

from ground.contact import Contact
from radio.node import Program
from radio.nodes import AnyNode, Nodes
from radio.serial_radio.air_interface import AirInterface
from testbed.errors import ScenarioError
from testbed.faults.boundary import at_boundary
from testbed.faults.fault import FrameTrouble
from testbed.faults.troubled import TroubledProgram
from testbed.scenario import Scenario


class TroubledNodes:
    """Makes nodes whose programs hear what troubles have left of the frames."""

    def __init__(self, nodes: Nodes, troubles: Sequence[FrameTrouble], contacts: Sequence[Contact], seed: int) -> None:
        """The same seed brings the same trouble."""
        self._nodes, self._troubles, self._contacts, self._seed = nodes, troubles, contacts, seed

    @property
    def air(self) -> AirInterface:
        """What programs have to know of the link."""
        return self._nodes.air

    def warm_up(self) -> None:
        """Do what is to be done before time runs."""
        self._nodes.warm_up()

    def ground(self, program: Program) -> AnyNode:
        """Return the ground's node. Raise ProfileError if the profile does not fit."""
        return self._nodes.ground(self._troubled(program, "downlink"))

    def flatsat(self, program: Program) -> AnyNode:
        """Return the flatsat's node. Raise ProfileError if the profile does not fit."""
        return self._nodes.flatsat(self._troubled(program, "uplink"))

    def _troubled(self, program: Program, leg: str) -> Program:
        near = partial(at_boundary, self._contacts)
        return TroubledProgram(program, leg, self._troubles, random.Random(f"{self._seed} {leg}"), near)


def frame_troubles(scenario: Scenario) -> list[FrameTrouble]:
    """Return what befalls a scenario's frames. Raise ScenarioError if something is to befall programs."""
    troubles = [each for each in scenario.faults if isinstance(each, FrameTrouble)]
    if len(troubles) < len(scenario.faults):
        other = next(each for each in scenario.faults if not isinstance(each, FrameTrouble))
        raise ScenarioError("faults", str(other), "frames, on the memory rig; it has no programs to harm")
    return troubles
