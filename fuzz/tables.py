"""TOML files that a user writes: scenarios, studies, profiles, satellites, campaigns, keys."""

from collections.abc import Callable
from hashlib import shake_128
from importlib import resources
from pathlib import Path

from edge.checked_toml import read_toml
from edge.control_key_file import ControlKeyFile, load_control_key_file, write_control_key_file
from edge.key_file import load_key_file, write_key_file
from fuzz.parser import Parser
from fuzz.scratch import scratch_file
from linkbudget.errors import LinkInputError
from linkbudget.study_file import load_study
from protocol.errors import LocalError
from protocol.sdls.link_ends import new_link_ends
from protocol.sdls.link_keys import LinkKeys, SecurityMode
from radio.errors import ProfileError
from radio.profile import Profile
from radio.satellites.satellite import Satellite
from testbed.campaign.campaign_file import Campaign
from testbed.errors import ScenarioError
from testbed.scenario import Scenario


def _load(load: Callable[[str], object]) -> Callable[[bytes], object]:
    return lambda octets: load(str(scratch_file("table.toml", octets)))


def _shipped(*places: str) -> Callable[[], list[bytes]]:
    """Return what gives files that come with the packages, without their comments."""

    def texts() -> list[bytes]:
        package_files = (place.partition("/") for place in places)
        found = (resources.files(package).joinpath(path).read_text("utf-8") for package, _, path in package_files)
        return [_without_comments(text).encode() for text in found]

    return texts


def _without_comments(text: str) -> str:
    lines = (line.partition(" #")[0] for line in text.splitlines() if line and not line.startswith("#"))
    return "\n".join(lines) + "\n"


def _load_keys(octets: bytes) -> LinkKeys:
    return LinkKeys.of(load_key_file(scratch_file("keys.toml", octets), ScenarioError))


def _keys() -> list[bytes]:
    drawn = iter(range(8))
    ends = new_link_ends(1, 0, 0, SecurityMode.ENCRYPTED, lambda n: shake_128(bytes([next(drawn)])).digest(n))
    return [_written(end) for end in (ends.ground, ends.flatsat)]


def _written(end: LinkKeys) -> bytes:
    path: Path = scratch_file("written.toml", b"")
    write_key_file(path, end.file())
    return path.read_bytes()


def _load_control_keys(octets: bytes) -> ControlKeyFile:
    return load_control_key_file(scratch_file("control.toml", octets), "sky", ScenarioError)


def _control_keys() -> list[bytes]:
    path = scratch_file("written.toml", b"")
    write_control_key_file(path, ControlKeyFile(end="sky", secret_key="0f" * 32, peers=("a5" * 32,)))
    return [path.read_bytes()]


def _read_toml(octets: bytes) -> object:
    return read_toml(scratch_file("table.toml", octets), ScenarioError)


PARSERS = (
    Parser("TOML", _read_toml, (ScenarioError,), _shipped("testbed/scenarios/impaired.toml")),
    Parser(
        "scenario",
        _load(Scenario.load),
        (ScenarioError,),
        _shipped("testbed/scenarios/default.toml", "testbed/scenarios/impaired.toml"),
    ),
    Parser(
        "profile",
        _load(Profile.load),
        (ProfileError,),
        _shipped("radio/profiles/leo-bpsk.toml", "radio/profiles/leo-gmsk.toml"),
    ),
    Parser(
        "satellite",
        _load(Satellite.load),
        (ProfileError,),
        _shipped("radio/satellites/ops-sat.toml", "radio/satellites/astrocast-0.1.toml"),
    ),
    Parser(
        "campaign",
        _load(Campaign.load),
        (ScenarioError,),
        _shipped("testbed/campaigns/quick.toml", "testbed/campaigns/fading.toml"),
    ),
    Parser(
        "study",
        _load(load_study),
        (LinkInputError,),
        _shipped("linkbudget/studies/stated.toml", "linkbudget/studies/cubesat-uhf.toml"),
    ),
    Parser("key file", _load_keys, (ScenarioError, LocalError), _keys),
    Parser("control key file", _load_control_keys, (ScenarioError,), _control_keys),
)
"""Their order is that of the corpus: new ones go last."""
