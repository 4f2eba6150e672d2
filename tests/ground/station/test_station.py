import math

from hypothesis import given
from hypothesis import strategies as st

from ground.contact import Contact
from ground.inquiry import InquiryState
from ground.station_settings import StationSettings
from protocol.cop1.fop_table import FopState
from protocol.messages import Accepted, Cancel, Health, Missing, Prompt
from tests.ground.station.station_bench import Bench, kinds


def test_the_service_is_begun_in_view_and_before_there_is_a_prompt() -> None:
    bench = Bench([Contact(1.0, 2.0), Contact(5.0, 6.0)])
    bench.pass_time(0.9)
    assert (bench.station.link.sender.state, bench.station.link.sender.ready) == (FopState.INITIAL, False)
    bench.pass_time(0.5)
    assert (bench.station.link.sender.state, bench.station.link.sender.ready) == (FopState.ACTIVE, True)


def test_no_frame_begins_that_would_not_end_in_view() -> None:
    bench = Bench([Contact(1.0, 2.0), Contact(5.0, 6.0)], StationSettings(uplink_frame_s=0.35))
    bench.station.tick(1.6)
    assert [bench.station.frame_to_send(s) for s in (0.9, 1.7, 2.0, 4.9, 5.7)] == [None] * 5
    assert bench.station.frame_to_send(1.6)


def test_out_of_view_the_timer_of_the_service_stands_still() -> None:
    bench = Bench([Contact(0.0, 2.0), Contact(500.0, math.inf)], StationSettings(uplink_frame_s=0.1))
    bench.establish()
    bench.silent = True
    bench.station.prompts.ask("Why?", bench.now_s)
    assert kinds(bench.pass_time(1.0)) == [Prompt]
    bench.pass_time(490.0)
    bench.silent = False
    assert bench.station.link.sender.ready
    said = bench.pass_time(20.0)
    assert kinds(said[:1]) == [Missing], "the next report says that the prompt came"
    assert Prompt not in kinds(said)


def test_a_frame_without_a_number_is_not_sent_until_there_is_one(bench: Bench) -> None:
    bench.store.full = True
    prompts = {
        bench.station.prompts.ask(f"Number {number}?", bench.now_s) for number in range(300)
    }  # more than are reserved
    sent = {message.prompt_id for message in bench.pass_time(40.0) if isinstance(message, Prompt)}
    assert 0 < len(sent) < 256
    assert bench.station.keeping.trouble == "no sequence number can be reserved: No space left on device"
    assert bench.pass_time(3.0) == []
    bench.store.full = False
    assert sent | {message.prompt_id for message in bench.pass_time(60.0) if isinstance(message, Prompt)} == prompts


def test_messages_of_the_uplink_and_strangers_are_ignored(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.say(Prompt(prompt_id, "x", 1), Missing(prompt_id, (), 0), Cancel(prompt_id), Accepted(bytes(8), 0))
    assert bench.state(prompt_id) is InquiryState.ACCEPTED


def test_health_is_handed_on(bench: Bench) -> None:
    heard: list[tuple[Health, float]] = []
    health = Health(1.0, 0, False, 1, 0)
    bench.say(health)  # nobody listens yet
    bench.station.on_health = lambda *health: heard.append(health)
    bench.now_s = 2.0
    bench.say(health)
    assert heard == [(health, 2.0)]


@given(st.lists(st.binary(max_size=240)))
def test_any_octets_are_taken(frames: list[bytes]) -> None:
    bench = Bench()
    bench.establish()
    prompt_id = bench.accepted()
    for frame in frames:
        bench.station.frame_received(frame, None, bench.now_s)
    assert bench.pass_time(3.0)[:1] == [Missing(prompt_id, (), 0)]
