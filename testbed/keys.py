"""The keys command: the keys of both ends of a link made, and made anew."""

import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from edge.command_line import STATUS_MISTAKE, print_json
from edge.control_key_file import write_control_key_file
from edge.counter_file import create_counter_file
from edge.key_file import load_key_file, write_key_file
from protocol.errors import LocalError
from protocol.link import SpacecraftAddress
from protocol.sdls.association import SecurityAssociation
from protocol.sdls.link_ends import LinkEnds, new_link_ends
from protocol.sdls.link_keys import LinkKeys, SecurityMode
from radio.zmq_control import new_control_keys
from testbed.errors import ScenarioError

GROUND, FLATSAT = "ground", "flatsat"
_EPILOG = "Exit status: 0 done, 2 an option or a file that cannot be used: then nothing has changed."

keys = typer.Typer(help="Make the keys that both ends of the link know each other by, and change them.")

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of ground.toml and flatsat.toml.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


@keys.command(epilog=_EPILOG)
def new(
    folder: Folder,
    mode: Annotated[
        SecurityMode, typer.Option(help="encrypted, or clear for amateur bands: telecommands authenticated only.")
    ] = SecurityMode.ENCRYPTED,
    as_json: AsJson = False,
) -> None:
    """Make new keys: ground.toml, flatsat.toml, and a file of counters beside each.

    control-sky.toml and control-flatsat.toml let a flatsat on another machine hold link time. The files of an end go to
    where it runs, and to nobody else. No key is shown.

    Example: testbed keys new keys/
    """
    _conduct(lambda: new_keys(folder, mode), folder, as_json=as_json)


@keys.command(epilog=_EPILOG)
def rotate(folder: Folder, as_json: AsJson = False) -> None:
    """Make new keys beside those in use: both ends send under the new and still receive under the old.

    The keys before the old ones are forgotten. A spacecraft that flies does not get its new file by this command: copy
    it there, and start both ends again, the flatsat first.

    Example: testbed keys rotate keys/
    """
    _conduct(lambda: rotate_keys(folder), folder, as_json=as_json)


def new_keys(folder: Path, mode: SecurityMode) -> LinkEnds:
    """Write the files of a new link into a folder, which is made if need be.

    Raises ScenarioError if one of them is there already, or cannot be written.
    """
    address = SpacecraftAddress()
    channels = (address.scid, address.telecommand_vcid, address.telemetry_vcid)
    ends = new_link_ends(*channels, mode, secrets.token_bytes)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_without_keys(folder)
        for end in (GROUND, FLATSAT):
            create_counter_file(counter_path(folder, end))
        for each in new_control_keys(secrets.token_bytes):
            write_control_key_file(control_key_path(folder, each.end), each)
        _write(ends, folder)
    except OSError as error:
        raise _not_written(folder, error) from None
    return ends


def rotate_keys(folder: Path) -> LinkEnds:
    """Write new keys beside those in use. Raises ScenarioError if the files cannot be read or written."""
    ground, flatsat = (LinkKeys.of(load_key_file(key_path(folder, end), ScenarioError)) for end in (GROUND, FLATSAT))
    try:
        ends = LinkEnds(ground, flatsat).rotated(secrets.token_bytes)
        _write(ends, folder)
    except LocalError as error:
        accepted = f"the two files of one link ({error.field}: {error.accepted})"
        raise ScenarioError("folder", str(folder), accepted) from None
    except OSError as error:
        raise _not_written(folder, error) from None
    return ends


def key_path(folder: Path, end: str) -> Path:
    """Return where an end's keys are."""
    return folder / f"{end}.toml"


def counter_path(folder: Path, end: str) -> Path:
    """Return where an end's counters are."""
    return folder / f"{end}.counters"


def control_key_path(folder: Path, end: str) -> Path:
    """Return where an end's keys of the control port are: the sky's, or the flatsat's."""
    return folder / f"control-{end}.toml"


def _check_without_keys(folder: Path) -> None:
    places = [place(folder, end) for end in (GROUND, FLATSAT) for place in (key_path, counter_path)]
    for path in (*places, *(control_key_path(folder, end) for end in ("sky", FLATSAT))):
        if path.exists():
            raise ScenarioError("file", str(path), "a folder without keys, or 'testbed keys rotate'")


def _write(ends: LinkEnds, folder: Path) -> None:
    """Write both files, the flatsat's first: should the second fail, telecommands under the old key still count."""
    write_key_file(key_path(folder, FLATSAT), ends.flatsat.file())
    write_key_file(key_path(folder, GROUND), ends.ground.file())


def _not_written(folder: Path, error: OSError) -> ScenarioError:
    return ScenarioError("folder", str(folder), f"a folder that can be written ({error.strerror})")


def _conduct(work: Callable[[], LinkEnds], folder: Path, *, as_json: bool) -> None:
    try:
        ends = work()
    except ScenarioError as error:
        print(f"testbed: {error}", file=sys.stderr)  # noqa: T201 - the command line's voice
        raise typer.Exit(STATUS_MISTAKE) from None
    if as_json:
        print_json(_facts(ends, folder))
    else:
        _show(ends, folder)


def _show(ends: LinkEnds, folder: Path) -> None:
    console = Console()
    console.print(f"mode     {ends.ground.mode.value}", highlight=False)
    for end, held in ((GROUND, ends.ground), (FLATSAT, ends.flatsat)):
        heard = ", ".join(str(each.spi) for each in held.receive)
        line = f"{end:8} {key_path(folder, end)}: sends under SPI {held.send.spi}, receives under {heard}"
        console.print(line, highlight=False, soft_wrap=True)


def _facts(ends: LinkEnds, folder: Path) -> dict[str, Any]:
    return {
        "mode": ends.ground.mode.value,
        GROUND: _end_facts(ends.ground, folder, GROUND),
        FLATSAT: _end_facts(ends.flatsat, folder, FLATSAT),
    }


def _end_facts(held: LinkKeys, folder: Path, end: str) -> dict[str, Any]:
    return {
        "file": str(key_path(folder, end)),
        "counters": str(counter_path(folder, end)),
        "send": _association_facts(held, held.send),
        "receive": [_association_facts(held, each) for each in held.receive],
    }


def _association_facts(held: LinkKeys, association: SecurityAssociation) -> dict[str, Any]:
    key_id = association.key_id
    return {"spi": association.spi, "key_id": key_id, "fingerprint": held.keys.fingerprint(key_id)}
