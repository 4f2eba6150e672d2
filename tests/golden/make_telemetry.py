"""Write tests/golden/telemetry.jsonl and telemetry.bin: python tests/golden/make_telemetry.py [EVENTS.jsonl].

Source: the ground station of a zmq rig under the sky of Astrocast 0.1's pass over Zurich on 22 January 2024, after the
closest approach, with an emulated board and a scripted engine. It was asked three things: one that is answered, one
whose deadline is past before it can be sent, and one that cannot be sent. It was killed and started again, and for a
while the board was away. Its events are kept as they came (but for spectra and constellations, which no packet holds),
and the packets that they became. With a file of events only the packets are made anew, as they have to be when a
layout changes.
"""

import json
import sys
from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

from ground.gateway.desk import Desk
from ground.mission_control.telemetry_encoder import TelemetryEncoder
from testbed.bench.software import ZMQ_BENCH
from testbed.keys import GROUND
from testbed.physics import work_out
from testbed.rigs.processes import ProcessRig
from testbed.rigs.programs import BOARD
from testbed.rigs.rig import AskRequest, SilentListener
from testbed.scenario import Scenario

HERE = Path(__file__).parent
SEED = 1
START = datetime(2024, 1, 22, 9, 21, 30, tzinfo=timezone.utc)


class RecordedRig(ProcessRig):
    """Keeps what the ground says."""

    events: list[dict]

    def _take(self, source, event):
        if source == GROUND:
            self.events.append(
                {**event, "spectrum": None, "constellation": None} if event["event"] == "view" else dict(event)
            )
        if event["event"] != "rejected":
            super()._take(source, event)


def main(arguments):
    """Record a run, or take the events of a file; write them and their packets."""
    events = [json.loads(line) for line in Path(arguments[0]).read_text().splitlines()] if arguments else record()
    (HERE / "telemetry.jsonl").write_text("".join(f"{json.dumps(event)}\n" for event in events))
    (HERE / "telemetry.bin").write_bytes(b"".join(packets(events)))


def record():
    """Return the events of a run."""
    scenario = Scenario.load("default")
    model = scenario.model.model_copy(update={"engine": "scripted", "tokens_per_s": 25.0})
    scenario = scenario.model_copy(update={"pace": "fast", "model": model, "start": START})
    with TemporaryDirectory() as folder:  # a run that is recorded tells the station its UTC
        rig = RecordedRig(ZMQ_BENCH, scenario, work_out(scenario, SEED), SEED, SilentListener(), Path(folder))
        return run(rig)


def run(rig):
    """Return what the ground says of three questions."""
    rig.events = []
    with rig:
        rig.tell(GROUND, "view", period_s=1.0)
        rig.ask(AskRequest("Qu'est-ce qui passe au-dessus de Zürich ?", max_tokens=200))
        rig.restart(GROUND)
        rig.tell(GROUND, "view", period_s=1.0)
        rig.outcome(rig.submit(AskRequest("Too late?", deadline_s=0.01)))
        rig.tell(GROUND, "ask", text=" ")
        rig.restart(BOARD, meanwhile=lambda: rig.pass_time(4.0))
        rig.run_for(1.0)
    return rig.events


def packets(events):
    """Return the packets of events."""
    desk, encoder, made = Desk(), TelemetryEncoder(), []
    for event in events:
        desk.take(event)
        made += encoder.encode(event, desk.clock)
    return made


if __name__ == "__main__":
    main(sys.argv[1:])
