"""What both ends of the memory rig are made from."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from radio.nodes import Nodes, SampleNodes
from radio.recording.recorder import Recorder, RecordSettings, recording
from testbed.keys import GROUND
from testbed.physics import Physics
from testbed.rigs.troubled_nodes import TroubledNodes, frame_troubles
from testbed.scenario import Scenario


@dataclass(frozen=True, slots=True)
class MemoryRun:
    """A scenario, worked out. Raises ScenarioError for faults that this rig cannot have."""

    scenario: Scenario
    physics: Physics
    seed: int
    record: Path | None = None
    """The folder to keep in what both ends receive."""

    def __post_init__(self) -> None:
        frame_troubles(self.scenario)

    @property
    def record_settings(self) -> RecordSettings | None:
        """How to keep what an end receives, if it is to be kept."""
        return RecordSettings(self.record, self.physics.start_utc) if self.record else None

    def recording(self, end: str, warn: Callable[[str], None]) -> AbstractContextManager[Recorder | None]:
        """Give what keeps what an end receives, or None. Raise RecordingError if the folder cannot be written."""
        profile = self.physics.profile
        heard = profile.downlink if end == GROUND else profile.uplink
        return recording(self.record_settings, end, heard, self.scenario.sample_rate_hz, warn)

    def nodes(self, recorder: Recorder | None) -> Nodes:
        """Return what makes the node of an end."""
        nodes = SampleNodes(self.physics.profile, self.scenario.sample_rate_hz, recorder)
        troubles = frame_troubles(self.scenario)
        return TroubledNodes(nodes, troubles, self.physics.contacts, self.seed) if troubles else nodes
