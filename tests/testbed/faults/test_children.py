import os
import subprocess
import sys

from testbed.faults.children import children_of

_SLEEP = "import sys; print(flush=True); sys.stdin.read()"


def test_children_are_found_while_they_live() -> None:
    assert children_of(2**22 + 1) == []
    child = subprocess.Popen([sys.executable, "-c", _SLEEP], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    assert child.pid in children_of(os.getpid())
    child.communicate()
    assert child.pid not in children_of(os.getpid())
