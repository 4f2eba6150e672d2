"""How a program ends while it still loads."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest


def entered(folder: Path, text: str) -> "subprocess.CompletedProcess[str]":
    """Enter a program whose module is made of a text."""
    (folder / "some_cli.py").write_text(text, encoding="utf-8")
    code = "from edge.entry_point import enter; enter('program', 'some_cli')"
    environment = {**os.environ, "PYTHONPATH": f"{folder}:{os.environ.get('PYTHONPATH', '')}"}
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
        check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored where tests run in the background
    )


@pytest.mark.parametrize("status", [0, 1, 2])
def test_its_status_is_that_of_main(tmp_path: Path, status: int) -> None:
    assert entered(tmp_path, f"def main(): return {status}").returncode == status


def test_garbage_is_looked_for_once_all_is_loaded_and_not_in_what_was(tmp_path: Path) -> None:
    text = """
import gc
print(gc.isenabled())
def main(): print(gc.isenabled(), gc.get_freeze_count() > 1000)
"""
    assert entered(tmp_path, text).stdout.split() == ["False", "True", "True"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    "text",
    [
        "import os\nos.kill(os.getpid(), {number})\nimport time\ntime.sleep(30)",
        "import os\ntry:\n    os.kill(os.getpid(), {number})\n    import time\n    time.sleep(30)\n"
        "except KeyboardInterrupt as error:\n    raise ImportError('half loaded') from error",
        "import os\ntry:\n    os.kill(os.getpid(), {number})\n    import time\n    time.sleep(30)\n"
        "except KeyboardInterrupt:\n    raise ValueError('half built') from None",
        "import os\ndef main():\n    os.kill(os.getpid(), {number})\n    import time\n    time.sleep(30)",
    ],
)
def test_an_interruption_costs_one_line(tmp_path: Path, text: str, number: signal.Signals) -> None:
    done = entered(tmp_path, text.format(number=int(number)))
    assert (done.returncode, done.stderr) == (130, "program: interrupted\n")


def test_a_machine_without_a_place_for_compiled_code_is_told_what_to_set(tmp_path: Path) -> None:
    """A locator of numba's that finds none: what a read-only installation without a home comes to."""
    text = """
import numba.core.caching as caching
caching.CacheImpl._locator_classes = []
import numba
@numba.njit(cache=True)
def kernel(): return 1
def main(): return kernel()
"""
    done = entered(tmp_path, text)
    assert done.returncode == 2
    assert done.stderr == (
        "program: compiled code can be kept nowhere; set NUMBA_CACHE_DIR to a folder that can be written\n"
    )


@pytest.mark.parametrize("text", ["raise RuntimeError('of ours')", "import no_such_module"])
def test_a_mistake_of_ours_keeps_its_traceback(tmp_path: Path, text: str) -> None:
    done = entered(tmp_path, text)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
