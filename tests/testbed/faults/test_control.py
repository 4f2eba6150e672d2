"""The rig's control port, and who asks over it."""

import socket
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from testbed.errors import NoAnswerError, RigError, ScenarioError
from testbed.faults.control import NAME, ControlPort, ask_for, reachable
from testbed.faults.fault import Kill, ProgramFault


@pytest.fixture
def port(quick_path: Path) -> Iterator[ControlPort]:
    port = ControlPort(quick_path)
    yield port
    port.close()


def asked(port: ControlPort, folder: Path, fault: dict[str, object], carry_out: Callable[[ProgramFault], str]) -> str:
    """Ask from another thread, and serve meanwhile."""
    results: list[str | Exception] = []

    def ask() -> None:
        try:
            results.append(ask_for(folder, fault))
        except Exception as error:  # noqa: BLE001 - handed on below
            results.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    while asking.is_alive():
        port.serve(carry_out)
        asking.join(0.001)
    (result,) = results
    if isinstance(result, Exception):
        raise result
    return result


def test_a_fault_is_carried_out_and_what_was_done_is_told(port: ControlPort, quick_path: Path) -> None:
    faults: list[ProgramFault] = []

    def carry_out(fault: ProgramFault) -> str:
        faults.append(fault)
        return "it is gone"

    assert asked(port, quick_path, {"kind": "kill", "target": "sky"}, carry_out) == "it is gone"
    assert faults == [Kill(target="sky")]


def test_a_mistake_is_the_askers(port: ControlPort, quick_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"fault.target is 'moon'"):
        asked(port, quick_path, {"kind": "kill", "target": "moon"}, str)


def test_what_fails_in_the_rig_is_told(port: ControlPort, quick_path: Path) -> None:
    def fail(fault: ProgramFault) -> str:
        raise NoAnswerError("it did not come back", "")

    with pytest.raises(RigError, match="it did not come back"):
        asked(port, quick_path, {"kind": "power-cycle"}, fail)


@pytest.mark.parametrize("line", [b"", b"\n", b"[]\n", b"\xff\n", b"x" * 9000, b'{"kind": 3}\n'])
def test_whoever_says_something_else_does_no_harm(port: ControlPort, quick_path: Path, line: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.connect(str(quick_path / NAME))
        stranger.sendall(line)
        stranger.shutdown(socket.SHUT_WR)
        port.serve(lambda fault: pytest.fail("nothing was asked for"))
    assert asked(port, quick_path, {"kind": "power-cycle"}, lambda fault: "done") == "done"


def test_whoever_goes_on_and_on_is_answered_all_the_same(port: ControlPort, quick_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.connect(str(quick_path / NAME))
        stranger.sendall(b"x" * 9000)
        port.serve(str)
        assert b"a JSON object on one line" in stranger.recv(20_000)


def test_nobody_else_may_connect(port: ControlPort, quick_path: Path) -> None:
    assert stat.S_IMODE((quick_path / NAME).stat().st_mode) == 0o600


def test_a_rig_that_is_gone_is_not_reached(quick_path: Path, tmp_path: Path) -> None:
    port = ControlPort(quick_path)
    assert reachable([tmp_path, quick_path]) == [quick_path]
    port.close()
    assert reachable([tmp_path, quick_path]) == []
    with pytest.raises(RigError, match="does not answer"):
        ask_for(quick_path, {"kind": "power-cycle"})
