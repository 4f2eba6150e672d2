"""Serial consoles: what a computer or a board says on its debug line, kept with the run."""

import threading
import time
from pathlib import Path
from types import TracebackType

from edge.serial_port import SerialPort
from testbed.errors import RigError

_LOOK_S = 0.02


class ConsoleLog:
    """Writes each line that a console says into a file, with the wall clock's time, for as long as the context lasts.

    Raises RigError on entry if the console cannot be opened; one that is lost is said so in the file.
    """

    def __init__(self, name: str, device: str, baud: int, path: Path) -> None:
        self._name, self._device, self._baud, self._path = name, device, baud, path
        self._stopping = threading.Event()

    def __enter__(self) -> "ConsoleLog":
        """Open the line and begin."""
        self._port = SerialPort(self._device, self._baud, self._error)
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Write what is left, and close the line."""
        self._stopping.set()
        self._thread.join()
        self._port.close()

    def _keep(self) -> None:
        rest = b""
        with self._path.open("a", encoding="utf-8") as file:
            while not self._stopping.wait(_LOOK_S):
                try:
                    *lines, rest = (rest + self._port.read()).split(b"\n")
                except RigError as error:
                    lines, rest = [rest, str(error).encode()], b""
                    self._stopping.set()
                for line in lines:
                    file.write(_stamped(line))
                file.flush()
            file.write(_stamped(rest) if rest else "")

    def _error(self, device: str, reason: str) -> RigError:
        return RigError(f"console {self._name}: {device} {reason}")


def _stamped(line: bytes) -> str:
    now_s = time.time()
    clock = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now_s))
    return f"{clock}.{int(now_s % 1 * 1000):03}Z {line.decode(errors='backslashreplace').rstrip()}\n"
