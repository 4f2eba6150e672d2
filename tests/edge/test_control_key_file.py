"""Files of keys of a control port."""

import stat
from pathlib import Path

import pytest

from edge.control_key_file import ControlKeyFile, load_control_key_file, write_control_key_file

KEYS = [f"{number:02x}" * 32 for number in range(1, 5)]
SKY = ControlKeyFile(end="sky", secret_key=KEYS[0], peers=(KEYS[1], KEYS[2]))
FLATSAT = ControlKeyFile(end="flatsat", secret_key=KEYS[1], peers=(KEYS[3],))


class MistakeError(Exception):
    def __init__(self, field: str, value: object, accepted: str) -> None:
        super().__init__(f"{field} is {value!r}, accepted: {accepted}")
        self.field, self.value, self.accepted = field, value, accepted


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "control.toml"


def mistake_in(path: Path, text: str) -> MistakeError:
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(MistakeError) as caught:
        load_control_key_file(path, "flatsat", MistakeError)
    assert not [key for key in KEYS if key in str(caught.value)], "no key is shown"
    return caught.value


@pytest.mark.parametrize("content", [SKY, FLATSAT], ids=lambda content: content.end)
def test_what_is_written_is_read_by_its_owner(path: Path, content: ControlKeyFile) -> None:
    write_control_key_file(path, content)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_control_key_file(path, content.end, MistakeError) == content


def test_the_secret_key_is_not_shown() -> None:
    assert SKY.secret_key not in repr(SKY)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_files_that_others_can_read_or_write_are_refused(path: Path, mode: int) -> None:
    write_control_key_file(path, SKY)
    path.chmod(mode)
    with pytest.raises(MistakeError, match=f"chmod 600 {path}"):
        load_control_key_file(path, "sky", MistakeError)


def test_the_other_ends_file_is_refused(path: Path) -> None:
    write_control_key_file(path, SKY)
    with pytest.raises(MistakeError, match="end is 'sky', accepted: flatsat: the file that is the flatsat's"):
        load_control_key_file(path, "flatsat", MistakeError)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"end": "ground"}, "end"),
        ({"secret_key": KEYS[0][:-1]}, "secret_key"),
        ({"secret_key": KEYS[0].upper().replace("0", "A")}, "secret_key"),
        ({"secret_key": None}, "secret_key"),
        ({"peers": []}, "peers"),
        ({"peers": [KEYS[2], KEYS[3]]}, "peers"),
        ({"peers": [KEYS[2] + "0"]}, "peers.0"),
        ({"peers": KEYS[2]}, "peers"),
        ({"anyone": True}, "anyone"),
    ],
)
def test_the_first_mistake_is_named(path: Path, changed: dict[str, object], field: str) -> None:
    content = {**FLATSAT.model_dump(mode="json"), **changed}
    lines = [f"{name} = {_toml(value)}" for name, value in content.items() if value is not None]
    assert mistake_in(path, "\n".join(lines)).field == field


def _toml(value: object) -> str:
    return "true" if value is True else str(value) if isinstance(value, list) else f'"{value}"'


def test_a_key_in_the_place_of_a_name_is_not_shown(path: Path) -> None:
    mistake_in(path, f'"{KEYS[0]}" = 1')


def test_a_missing_file_is_named(path: Path) -> None:
    with pytest.raises(MistakeError, match=str(path)):
        load_control_key_file(path, "sky", MistakeError)
