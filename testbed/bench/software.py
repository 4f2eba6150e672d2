"""The benches that are software alone, and those of a file."""

from testbed.bench.bench import Bench, EndTable, shipped_benches
from testbed.errors import ScenarioError

ZMQ_BENCH = Bench(name="zmq")
_FLOWGRAPH = EndTable(front_end="gnuradio")
SOFTWARE_BENCHES = {
    "zmq": ZMQ_BENCH,
    "gnuradio": Bench(name="gnuradio", ground=_FLOWGRAPH, flatsat=_FLOWGRAPH),
}

MEMORY = "memory"


def rig_names() -> list[str]:
    """Return the rigs that have a name: a bench of one's own has a path."""
    return [MEMORY, *SOFTWARE_BENCHES, *shipped_benches()]


def bench_of(rig: str) -> Bench | None:
    """Return the bench of a rig's name, or of a .toml file's path; None of the memory rig: it is one process.

    Raise ScenarioError for a name or a file that cannot be used.
    """
    if rig == MEMORY:
        return None
    if rig in SOFTWARE_BENCHES:
        return SOFTWARE_BENCHES[rig]
    if rig not in shipped_benches() and not rig.endswith(".toml"):
        raise ScenarioError("rig", rig, f"{', '.join(rig_names())}, or the path of a bench's .toml file")
    return Bench.load(rig)
