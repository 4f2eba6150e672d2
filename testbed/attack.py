"""An attacker on the uplink who hears every telecommand and has no key.

    python -m testbed.attack 1000000

Each attempt is octets as a receiver gets them, made from telecommands that the spacecraft has not seen yet, so that the
MAC alone has to refuse them, or is one that it has seen. Between them the ground goes on commanding, and each of its
frames has to be let through: a receiver that refuses everything does not pass.
"""

import random
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from protocol.crc import append_crc16
from protocol.errors import RemoteError
from protocol.sdls.link_ends import new_link_ends
from protocol.sdls.link_keys import SecurityMode
from protocol.sdls.rejection import RejectedFrameError
from protocol.sdls.security_store import MemoryStore
from protocol.tc_frame import TcFrame

ATTEMPTS_A_FRAME = 50
_MOST_REMEMBERED = 64
_SCID, _VCID = 0x2A5, 0


@dataclass(slots=True)
class AttackReport:
    """What came of the attempts: how many of each kind were made, why they were refused, and how many were not."""

    attempts: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    accepted: list[bytes] = field(default_factory=list)
    commands_sent: int = 0
    commands_accepted: int = 0

    @property
    def withstood(self) -> bool:
        """Whether no attempt was let through, and each of the ground's commands was."""
        return not self.accepted and self.commands_accepted == self.commands_sent


class Attack:
    """A ground, a spacecraft, and an attacker between them; everything follows from the seed."""

    def __init__(self, seed: int, mode: SecurityMode) -> None:
        self.report = AttackReport()
        self._random = random.Random(seed)
        ends = new_link_ends(_SCID, _VCID, 0, mode, self._random.randbytes)
        self._ground = ends.ground.sender(MemoryStore())
        self._flatsat = ends.flatsat.receiver(MemoryStore())
        self._seen: list[bytes] = []
        self._coming = [self._command()]
        self._kinds: dict[str, Callable[[], bytes]] = {
            "forged": self._forged,
            "replayed": self._replayed,
            "truncated": self._truncated,
            "bits flipped": self._flipped,
            "spliced": self._spliced,
            "another channel": self._redirected,
            "control command": self._retyped,
        }

    def run(self, attempts: int) -> AttackReport:
        """Make so many attempts and return what came of all of them."""
        while (made := self.report.attempts.total()) < attempts:
            if made >= ATTEMPTS_A_FRAME * self.report.commands_sent:
                self._deliver()
            kind = self._random.choice(tuple(self._kinds))
            self._attempt(kind, self._kinds[kind]())
        return self.report

    def _deliver(self) -> None:
        """Let the spacecraft have the next command of the ground's."""
        command = self._coming.pop(0)
        self._coming += [self._command() for _ in range(3 - len(self._coming))]
        self.report.commands_sent += 1
        self.report.commands_accepted += self._lets_through(command)
        self._seen = [*self._seen[1 - _MOST_REMEMBERED :], command]

    def _attempt(self, kind: str, octets: bytes) -> None:
        if octets in self._coming:  # no attack: what the ground sent itself, a little early
            return
        self.report.attempts[kind] += 1
        try:
            self._flatsat.process(TcFrame.parse(octets))
        except RejectedFrameError as error:
            self.report.refusals[error.reason.name] += 1
        except RemoteError:
            self.report.refusals["NO_FRAME"] += 1
        else:
            self.report.accepted.append(octets)

    def _lets_through(self, octets: bytes) -> bool:
        try:
            self._flatsat.process(TcFrame.parse(octets))
        except RemoteError:
            return False
        return True

    def _command(self) -> bytes:
        """Return a frame of type AD, BD or BC as the ground sends it."""
        bypass, control = self._random.choice(((False, False), (True, False), (True, True)))
        number = 0 if bypass else self._random.randrange(256)
        data = self._random.randbytes(self._random.randrange(1, 200))
        return self._ground.apply(TcFrame(_SCID, _VCID, bypass, control, number, data)).encode()

    def _captured(self) -> bytearray:
        """Return a command that is still to come, without FECF."""
        return bytearray(self._random.choice(self._coming)[:-2])

    def _forged(self) -> bytes:
        """Octets of the attacker's own behind a genuine header, now and then with a genuine IV."""
        frame = self._captured()
        start = self._random.choice((5, 6, 8, 20))
        frame[start:] = self._random.randbytes(len(frame) - start)
        return append_crc16(bytes(frame))

    def _replayed(self) -> bytes:
        return self._random.choice(self._seen)

    def _truncated(self) -> bytes:
        """A command cut short, with its length as it was or as it is now."""
        frame = self._captured()
        del frame[self._random.randrange(len(frame)) :]
        return append_crc16(bytes(frame)) if self._random.random() < 0.2 else _fitted(frame)

    def _flipped(self) -> bytes:
        """One to eight different bits flipped; the FECF is put right nearly always."""
        frame = self._captured()
        fecf = append_crc16(bytes(frame))[-2:]
        for bit in self._random.sample(range(8 * len(frame)), self._random.randint(1, 8)):
            frame[bit // 8] ^= 0x80 >> bit % 8
        return bytes(frame) + fecf if self._random.random() < 0.05 else append_crc16(bytes(frame))

    def _spliced(self) -> bytes:
        """The beginning of one command and the end of another, cut anywhere."""
        first, second = self._captured(), bytearray(self._random.choice(self._seen + self._coming)[:-2])
        return _fitted(first[: self._random.randrange(5, len(first))] + second[self._random.randrange(len(second)) :])

    def _redirected(self) -> bytes:
        frame = self._captured()
        frame[2] ^= self._random.randrange(1, 64) << 2
        return append_crc16(bytes(frame))

    def _retyped(self) -> bytes:
        """Another type of frame, or another N(S)."""
        frame = self._captured()
        frame[0] ^= self._random.randrange(4) << 4
        frame[4] ^= self._random.randrange(256)
        return append_crc16(bytes(frame))


def attack(attempts: int, seed: int, mode: SecurityMode) -> AttackReport:
    """Return what came of so many attempts."""
    return Attack(seed, mode).run(attempts)


def _fitted(frame: bytearray) -> bytes:
    """Return a frame with the length and FECF that its octets ask for."""
    if 5 <= len(frame) <= 1022:
        length = len(frame) + 1
        frame[2] = frame[2] & 0xFC | length >> 8
        frame[3] = length & 0xFF
    return append_crc16(bytes(frame))


def _print(mode: SecurityMode, report: AttackReport) -> None:
    made = ", ".join(f"{count} {kind}" for kind, count in sorted(report.attempts.items()))
    why = ", ".join(f"{count} {reason}" for reason, count in report.refusals.most_common())
    print(  # noqa: T201 - the command line's voice
        f"{mode.value}: {report.attempts.total()} attempts ({made}): {len(report.accepted)} accepted; refused: {why}; "
        f"{report.commands_accepted} of {report.commands_sent} of the ground's own commands accepted"
    )


def main() -> None:
    """Attack each mode, as often as the first argument says."""
    attempts = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    reports = {mode: attack(attempts, 1, mode) for mode in SecurityMode}
    for mode, report in reports.items():
        _print(mode, report)
    sys.exit(not all(report.withstood for report in reports.values()))


if __name__ == "__main__":
    main()
