from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.mission_control.rotating_file import RotatingFile


def test_a_full_file_makes_room(tmp_path: Path) -> None:
    path = tmp_path / "log"
    file = RotatingFile(path, max_octets=10, kept=2)
    for number in range(8):
        file.write(f"line{number}")  # 6 octets with its end: one fits
    file.close()
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == {
        "log": "line7\n",
        "log.1": "line6\n",
        "log.2": "line5\n",
    }


def test_a_file_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "log"
    for text in ("first", "second"):
        file = RotatingFile(path)
        file.write(text)
        file.close()
    assert path.read_text() == "first\nsecond\n"


def test_a_line_longer_than_a_file_has_one_of_its_own(tmp_path: Path) -> None:
    file = RotatingFile(tmp_path / "log", max_octets=4, kept=1)
    file.write("a")
    file.write("long enough")
    file.write("b")
    file.close()
    assert (tmp_path / "log.1").read_text() == "long enough\n"
    assert (tmp_path / "log").read_text() == "b\n"


def test_what_could_not_be_opened_anew_is_when_it_can(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    file = RotatingFile(folder / "log", max_octets=4, kept=1)
    file.write("a")
    (folder / "log").unlink()
    folder.rmdir()
    with pytest.raises(OSError, match="No such file"):
        file.write("bcd")
    folder.mkdir()
    file.write("e")
    file.close()
    assert (folder / "log").read_text() == "e\n"


@given(lengths=st.lists(st.integers(0, 12), max_size=40), kept=st.integers(1, 3))
def test_the_newest_lines_are_kept_in_order_within_the_bounds(
    tmp_path_factory: pytest.TempPathFactory, lengths: list[int], kept: int
) -> None:
    folder = tmp_path_factory.mktemp("log")
    file = RotatingFile(folder / "log", max_octets=16, kept=kept)
    lines = [chr(ord("a") + place % 26) * length for place, length in enumerate(lengths)]
    for line in lines:
        file.write(line)
    file.close()
    files = sorted(folder.iterdir(), key=lambda each: int(each.suffix[1:] or 0), reverse=True)
    assert len(files) <= kept + 1
    assert all(each.stat().st_size <= 16 for each in files)
    found = "".join(each.read_text() for each in files).split("\n")[:-1]
    assert found == lines[len(lines) - len(found) :]
    assert found or not lines
