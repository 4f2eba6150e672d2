import io
import json
import os
import threading

import pytest

from radio.worker import Worker


@pytest.fixture
def piped():
    """A worker that reads from a pipe, the pipe's other end and what the worker has said."""
    reader, writer = os.pipe()
    said = io.StringIO()
    with open(reader, encoding="utf-8") as commands, open(writer, "w", encoding="utf-8", buffering=1) as sender:
        yield Worker(commands, said), sender, said
        sender.close()


def events(said):
    return [json.loads(line) for line in said.getvalue().splitlines()]


def test_commands_come_in_order(piped):
    worker, sender, _ = piped
    worker.start()
    for k in range(3):
        sender.write(json.dumps({"command": "ask", "k": k}) + "\n")
    sender.write('{"command": "go"}\n')
    assert worker.wait_command("ask", 5)["k"] == 0
    assert worker.wait_command("go", 5) == {"command": "go"}  # the other two came before it
    assert worker.commands() == []
    sender.write('{"command": "last"}\n{"command": "stop"}\n')
    assert worker.stopping.wait(5)
    assert worker.commands() == [{"command": "last"}]


def test_a_rig_says_when_to_begin(piped):
    worker, sender, _ = piped
    worker.start()
    assert not worker.interrupted()
    sender.write('{"command": "begin", "link_time_s": 12.5}\n{"command": "begin", "link_time_s": 60}\n')
    assert worker.next_begin() == 12.5
    assert worker.next_begin() == 60.0
    assert not worker.interrupted()
    sender.write('{"command": "begin", "link_time_s": 61}\n{"command": "go"}\n')
    assert worker.wait_command("go", 5)
    assert worker.interrupted()
    sender.close()
    assert worker.stopping.wait(5)
    assert worker.interrupted()
    assert worker.next_begin() is None


def test_without_a_rig_the_work_begins_at_once(piped):
    _, _, said = piped
    worker = Worker(io.StringIO(), said, until_input_closes=False)
    assert worker.next_begin() == 0.0


def test_stop_stops():
    worker = Worker(io.StringIO('{"command": "stop"}\n{"command": "late"}\n'), io.StringIO())
    worker.start()
    assert worker.stopping.wait(5)
    assert worker.commands() == []


def test_the_end_of_the_input_stops(piped):
    worker, sender, _ = piped
    worker.start()
    assert not worker.stopping.is_set()
    sender.close()
    assert worker.stopping.wait(5)


@pytest.mark.parametrize("line", ["{", "", "[1]", "7", '"stop"', "null"])
def test_a_line_that_is_no_command_is_told_and_the_next_one_read(piped, line):
    worker, sender, said = piped
    worker.start()
    sender.write(line + '\n{"command": "go"}\n')
    assert worker.wait_command("go", 5) == {"command": "go"}
    (event,) = events(said)
    assert event["event"] == "error"
    assert repr(line) in event["message"]
    assert "accepted: a JSON object on one line" in event["message"]


def test_input_that_is_no_text_stops():
    said = io.StringIO()
    worker = Worker(io.TextIOWrapper(io.BytesIO(b"\xff\xfe\n"), encoding="utf-8"), said)
    worker.start()
    assert worker.stopping.wait(5)
    assert "UTF-8" in events(said)[0]["message"]


def test_waiting_for_a_command_ends():
    worker = Worker(io.StringIO(), io.StringIO())
    assert worker.wait_command("go", 0.0) is None
    worker.stopping.set()
    assert worker.wait_command("go", 60.0) is None


def test_events_are_lines_of_json():
    said = io.StringIO()
    worker = Worker(io.StringIO(), said)
    threads = [threading.Thread(target=lambda k=k: [worker.emit("tick", k=k) for _ in range(50)]) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(events(said)) == 200
    assert all(e["event"] == "tick" and e["wall_time_s"] > 1e9 for e in events(said))
    worker.emit("word", text="größer\n")
    assert "größer\\n" in said.getvalue()


class Gone(io.StringIO):
    def write(self, text):
        raise BrokenPipeError


@pytest.mark.parametrize("kind", ["broken", "closed"])
def test_a_reader_that_has_gone_away_stops(kind):
    said = Gone() if kind == "broken" else io.StringIO()
    if kind == "closed":
        said.close()
    worker = Worker(io.StringIO(), said)
    worker.emit("tick")
    assert worker.stopping.is_set()


def test_the_end_of_input_stops_only_what_a_rig_started() -> None:
    rigged, lasting = (Worker(io.StringIO(), io.StringIO(), until_input_closes=wish) for wish in (True, False))
    for worker in (rigged, lasting):
        worker._read()
    assert rigged.stopping.is_set()
    assert not lasting.stopping.is_set()


@pytest.mark.parametrize("time", ["1" + "0" * 400, "-1", "1e400", "NaN"])
def test_a_link_time_that_cannot_be_is_no_beginning_and_the_next_line_is_read(piped, time):
    worker, sender, _ = piped
    worker.start()
    sender.write(f'{{"command": "begin", "link_time_s": {time}}}\n{{"command": "go"}}\n')
    assert worker.wait_command("go", 5) == {"command": "go"}
    assert not worker.interrupted()


def test_a_line_nested_without_end_is_told_and_the_next_one_read(piped):
    worker, sender, said = piped
    worker.start()
    sender.write("[" * 5000 + '\n{"command": "go"}\n')
    assert worker.wait_command("go", 5) == {"command": "go"}
    assert events(said)[0]["event"] == "error"
