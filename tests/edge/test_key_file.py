import os
import stat
from pathlib import Path

import pytest

from edge.key_file import KeyFile, load_key_file, write_key_file

UP, DOWN = "a1" * 32, "b2" * 32
TEXT = f"""
end = "ground"
mode = "encrypted"
scid = 677

[send]
spi = 1
key_id = 1
vcid = 0
window = 100

[[receive]]
spi = 2
key_id = 2
vcid = 0
window = 100

[keys]
1 = "{UP}"
2 = "{DOWN}"
"""


class MistakeError(Exception):
    def __init__(self, field, value, accepted):
        super().__init__(field, value, accepted)
        self.field, self.value, self.accepted = field, value, accepted


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "ground.toml"
    path.write_text(TEXT)
    path.chmod(0o600)
    return path


def mistake(path: Path) -> MistakeError:
    with pytest.raises(MistakeError) as caught:
        load_key_file(path, MistakeError)
    return caught.value


def test_a_key_file_is_read_and_written(path: Path, tmp_path: Path):
    content = load_key_file(path, MistakeError)
    assert (content.end, content.mode, content.scid) == ("ground", "encrypted", 677)
    assert (content.send.spi, content.send.window, content.receive[0].key_id) == (1, 100, 2)
    assert content.keys == {"1": UP, "2": DOWN}
    copy = tmp_path / "copy.toml"
    write_key_file(copy, content)
    assert load_key_file(copy, MistakeError) == content
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


@pytest.mark.parametrize("bit", [0o040, 0o020, 0o010, 0o004, 0o002, 0o001])
def test_what_others_can_use_is_refused(path: Path, bit: int):
    path.chmod(0o600 | bit)
    found = mistake(path)
    assert (found.field, found.value) == ("file", str(path))
    assert f"chmod 600 {path}" in found.accepted


def test_anothers_file_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    found = mistake(path)
    assert found.field == "file"
    assert "belongs" in found.accepted


def test_a_missing_file_is_told(tmp_path: Path):
    found = mistake(tmp_path / "none.toml")
    assert (found.field, found.value) == ("file", str(tmp_path / "none.toml"))


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("spi = 1", "spi = 0", "send.spi"),
        ("spi = 1", "spi = 65535", "send.spi"),
        ("spi = 1", "spin = 1", "send.spin"),
        ("spi = 1", "spi = 2", "receive"),
        ("key_id = 1", "key_id = 3", "keys"),
        ("key_id = 1", "key_id = 2", "keys"),
        ("vcid = 0", "vcid = 64", "send.vcid"),
        ("window = 100", "window = 0", "send.window"),
        ('"encrypted"', '"secret"', "mode"),
        ('"ground"', '"moon"', "end"),
        ("scid = 677", "scid = 1024", "scid"),
        (f'1 = "{UP}"', "", "keys"),
        (f'1 = "{UP}"', f'1 = "{DOWN}"', "keys"),
        (f'1 = "{UP}"', f'1 = "{UP[:-1]}"', "keys.1"),
        (f'1 = "{UP}"', f'1 = "{UP[:-1]}g"', "keys.1"),
        (f'1 = "{UP}"', f'01 = "{UP}"', "keys.01"),
        (f'1 = "{UP}"', f"1 = 0x{UP}", "keys.1"),
        (f'1 = "{UP}"', f'{UP} = "1"', "keys.(not shown)"),
        ("[keys]", f'key = "{UP}"\n[keys]', "receive.0.key"),
        ("[keys]", "[key]", "key"),
        ("[keys]", f"[keys]\n1 = {UP}", "file"),
        (TEXT[TEXT.index("[[receive]]") : TEXT.index("[keys]")], "", "receive"),
    ],
)
def test_a_mistake_is_told_and_no_key_is_shown(path: Path, old: str, new: str, field: str):
    path.write_text(TEXT.replace(old, new, 1))
    found = mistake(path)
    assert found.field == field
    assert UP[:-1] not in str(found.args)
    assert str(int(UP, 16)) not in str(found.args)
    assert DOWN not in str(found.args)


def test_telemetry_has_eight_channels(path: Path):
    path.write_text(TEXT.replace("vcid = 0", "vcid = 8"))
    assert mistake(path).field == "vcid"
    path.write_text(TEXT.replace("vcid = 0", "vcid = 63", 1))
    assert load_key_file(path, MistakeError).send.vcid == 63


def test_a_key_file_does_not_show_its_keys(path: Path):
    content: KeyFile = load_key_file(path, MistakeError)
    assert UP not in repr(content)
    assert UP not in str(content)
