"""Journals with damage: an input says which octets of a file change, and how."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from random import Random
from unittest.mock import patch

import edge.salvage
import flatsat.journal
import ground.journal
from edge.database_errors import DatabaseStateError
from fuzz.parser import Parser
from fuzz.scratch import fresh_folder
from ground.link_use import LinkUse
from protocol.messages import AnswerEnd, AnswerSegment, FinishReason, Prompt, Refusal, RefusalReason

_PROMPTS = [Prompt(bytes([n]) * 8, f"Why number {n}?", 32) for n in range(4)]
_END = AnswerEnd(FinishReason.STOP, 9, 3, 0.5)
_WHERE_OCTETS = 3
_MAX_MISSES = 20


def _write_flatsat(path: Path) -> None:
    with closing(flatsat.journal.Journal(path)) as journal:
        for n, prompt in enumerate(_PROMPTS):
            journal.admit(prompt, float(n))
        for prompt in _PROMPTS[:3]:
            journal.started(prompt.prompt_id, "built-in")
            journal.segment(AnswerSegment(prompt.prompt_id, 0, "Because. "))
        journal.finished(_PROMPTS[0].prompt_id, "That is all.", _END)
        journal.refuse(Refusal(_PROMPTS[1].prompt_id, RefusalReason.CANCELLED, ""))
        journal.confirmed(_PROMPTS[2].prompt_id)
        journal.remember("telecommand", b"\x05\x00")


def _write_ground(path: Path) -> None:
    with closing(ground.journal.Journal(path)) as journal:
        for n, prompt in enumerate(_PROMPTS):
            journal.asked(prompt, float(n), 600.0 if n else None)
            journal.sent(prompt.prompt_id, 1)
        for prompt in _PROMPTS[:2]:
            journal.accepted(prompt.prompt_id)
            journal.segment(AnswerSegment(prompt.prompt_id, 0, "Because.", _END))
            journal.answered(prompt.prompt_id, 9.0, LinkUse(3, 1, 2))
        journal.confirmed(_PROMPTS[0].prompt_id)
        journal.refused(Refusal(_PROMPTS[2].prompt_id, RefusalReason.QUEUE_FULL, ""), 9.0)
        journal.cancelling(_PROMPTS[3].prompt_id)


@cache
def _whole(write: Callable[[Path], None]) -> bytes:
    with fresh_folder() as folder:
        write(Path(folder, "whole"))
        return Path(folder, "whole").read_bytes()


def _damaged(whole: bytes, octets: bytes) -> bytes:
    """Return a file of which each three octets of an input name one, and the fourth what is added without carry.

    What is behind the end cuts the file off, at a place that is the rest of that number.
    """
    file = bytearray(whole)
    for at in range(0, len(octets) - _WHERE_OCTETS, _WHERE_OCTETS + 1):
        cut, place = divmod(int.from_bytes(octets[at : at + _WHERE_OCTETS], "big"), len(whole))
        if cut % 16 == 1:
            del file[place:]
        elif place < len(file):
            file[place] ^= octets[at + _WHERE_OCTETS]
    return bytes(file)


@contextmanager
def _journal(write: Callable[[Path], None], octets: bytes) -> Iterator[Path]:
    """Give a damaged journal's path. It has four prompts: 20 places without a row are searched, not a thousand."""
    with fresh_folder() as folder, patch.object(edge.salvage, "MAX_MISSES", _MAX_MISSES):
        path = Path(folder, "journal")
        path.write_bytes(_damaged(_whole(write), octets))
        yield path


def _reopen_flatsat(octets: bytes) -> object:
    with _journal(_write_flatsat, octets) as path, closing(flatsat.journal.Journal(path)) as journal:
        journal.admit(Prompt(b"new one.", "Why?", 8), 9.0)
        journal.recall("telecommand")
        return journal.restore()


def _reopen_ground(octets: bytes) -> object:
    with _journal(_write_ground, octets) as path, closing(ground.journal.Journal(path)) as journal:
        journal.asked(Prompt(b"new one.", "Why?", 8), 9.0)
        return journal.restore(), ground.journal.read_queue(path)


def _damages(write: Callable[[Path], None]) -> Callable[[], list[bytes]]:
    def damages() -> list[bytes]:
        rng, size = Random(0), len(_whole(write))
        places = (0, 24, 60, 4096, rng.randrange(size), rng.randrange(size))
        flips = [place.to_bytes(_WHERE_OCTETS, "big") + bytes([1 << place % 8]) for place in places]
        return [b"", b"".join(flips), (size + size // 2).to_bytes(_WHERE_OCTETS, "big") + b"\0", *flips]

    return damages


PARSERS = (
    Parser("flatsat's journal", _reopen_flatsat, (DatabaseStateError,), _damages(_write_flatsat)),
    Parser("ground's journal", _reopen_ground, (DatabaseStateError,), _damages(_write_ground)),
)
"""Their order is that of the corpus: new ones go last."""
