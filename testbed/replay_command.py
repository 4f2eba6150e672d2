"""The replay command: a recorded run heard again, without hardware."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from edge.command_line import STATUS_MISTAKE, print_json
from radio.errors import RadioError
from radio.recording.link_recording import Heard, LinkRecording, open_link_recording
from testbed.errors import ScenarioError
from testbed.replay import Difference, Replay, frames_of
from testbed.replay import replay as hear_again

EPILOG = (
    "No key is needed: frames are compared, not read. Exit status: 0 the same frames came out, 1 others did, "
    "2 a folder without recordings, or a recording that cannot be used."
)
_EXIT_DIFFERENT = 1


def replay(
    folder: Annotated[Path, typer.Argument(metavar="RUN_FOLDER", help="Where a run was recorded.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Have the receivers of a recorded run hear it again, and tell which frames come out otherwise than then.

    A run that failed because frames were lost loses the same frames again, until a receiver is changed.

    Example: testbed replay runs/failed
    """
    try:
        replays = [_heard_again(recording) for recording in _recordings(folder)]
    except (ScenarioError, RadioError) as error:
        print(f"testbed: {error}", file=sys.stderr)
        raise typer.Exit(STATUS_MISTAKE) from None
    if as_json:
        print_json({"same": not any(each.differences for each in replays), "recordings": list(map(_facts, replays))})
    else:
        for each in replays:
            Console(highlight=False, markup=False, soft_wrap=True).print(_said(each))
    if any(each.differences for each in replays):
        raise typer.Exit(_EXIT_DIFFERENT)


def _recordings(folder: Path) -> list[LinkRecording]:
    metas = sorted(folder.glob("*.sigmf-meta"))
    if not metas:
        raise ScenarioError("folder", str(folder), "the folder of a run with recordings (*.sigmf-meta)")
    return [open_link_recording(meta) for meta in metas]


def _heard_again(recording: LinkRecording) -> Replay:
    terminal = Console(stderr=True)
    columns = (TextColumn(recording.name), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=terminal, transient=True, disable=not terminal.is_terminal) as bar:
        task = bar.add_task("replay", total=recording.timeline.count)
        return hear_again(recording, lambda done: bar.update(task, completed=done))


def _said(replay: Replay) -> str:
    recording, found = replay.recording, replay.differences
    frames = len(frames_of(recording.heard))
    bursts = f"{frames} frames and {len(recording.heard) - frames} bursts that did not decode"
    told = f"{recording.name:9} {_duration_s(recording):.3f} s, {bursts}"
    if not found:
        return f"{told}: the same frames again"
    first, others = found[0], len(found) - 1
    return f"{told}: {_difference(first)}" + (f"; {others} more" if others else "")


def _difference(found: Difference) -> str:
    heard = found.heard
    octets = len(heard.frame or b"")
    return f"{found.change.value} at {heard.started_s:.3f} s, {octets} octets, Es/N0 {heard.es_n0_db:.1f} dB"


def _facts(replay: Replay) -> dict[str, Any]:
    recording = replay.recording
    return {
        "recording": recording.name,
        "end": recording.end,
        "duration_s": round(_duration_s(recording), 6),
        "recorded": _counts(recording.heard),
        "replayed": _counts(replay.heard),
        "differences": [{"change": each.change.value, **_burst(each.heard)} for each in replay.differences],
        "undecoded": [_burst(each) for each in recording.heard if each.frame is None],
    }


def _counts(heard: tuple[Heard, ...]) -> dict[str, int]:
    frames = len(frames_of(heard))
    return {"frames": frames, "undecoded": len(heard) - frames}


def _burst(heard: Heard) -> dict[str, Any]:
    return {
        "started_s": round(heard.started_s, 6),
        "ended_s": round(heard.ended_s, 6),
        "es_n0_db": round(heard.es_n0_db, 2),
        "frame": heard.frame.hex() if heard.frame is not None else None,
    }


def _duration_s(recording: LinkRecording) -> float:
    return recording.timeline.count / recording.timeline.recording.sample_rate_hz
