import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.database import MIN_OCTETS
from flatsat.board import BoardClient
from flatsat.energy.energy_meter import EnergyMeter, EnergyReading
from flatsat.energy.energy_policy import AtLimit, EnergyLimits
from flatsat.engine import GenerationRequest
from flatsat.errors import EngineError
from flatsat.job import JobState
from flatsat.journal import DEFAULT_OCTETS, Journal, JournalledJob
from flatsat.refused_generation import RefusedGeneration
from flatsat.safekeeping import telecommand_state
from flatsat.scripted_engine import ScriptedEngine, ScriptedGeneration
from flatsat.spacecraft import Spacecraft, SpacecraftSettings
from protocol.cop1.fop_settings import FopSettings
from protocol.journey import Milestone
from protocol.link import GroundLink, SpacecraftLink
from protocol.messages import (
    Accepted,
    AnswerEnd,
    AnswerSegment,
    Cancel,
    Confirm,
    FinishReason,
    Health,
    Message,
    Missing,
    Prompt,
    Refusal,
    RefusalReason,
)
from protocol.model_messages import ModelState, ModelStatus, SwitchModel
from protocol.sdls.link_ends import new_link_ends
from protocol.sdls.link_keys import SecurityMode
from protocol.sdls.security_store import MemoryStore
from protocol.serial.board import (
    Ack,
    Command,
    Energy,
    Power,
    RailReading,
    ReadEnergy,
    ReadPower,
    ReadRail,
    ReadStatus,
    ReadThermal,
    Reply,
    ResetCause,
    SetLoad,
    Status,
    Thermal,
    decode,
    encode,
)
from protocol.serial.framing import Deframer
from protocol.serial.framing import encode as encode_frame
from radio.modem.reception import FrameQuality

UP, DOWN = 256, 223
STEP_S = 0.1
ENDS = new_link_ends(0x2A5, 0, 0, SecurityMode.ENCRYPTED, random.Random(1).randbytes)
FOP = FopSettings(t1_initial_s=0.9, timeout_type=0, transmission_limit=20, window_frames=10)

opened = ExitStack()
"""The journals of the test that runs."""


@pytest.fixture(autouse=True)
def _journals(quick_path: Path) -> Iterator[None]:
    Bench.folder = quick_path
    with opened:
        yield


class FullStore(MemoryStore):
    """Counters on a disk that is full at times, of what is sent."""

    full = False

    def raise_to(self, counter: str, number: int) -> None:
        if self.full and counter.startswith("sent"):
            raise OSError(28, "No space left on device")
        super().raise_to(counter, number)


class OneModel:
    """The models on board, of which nothing comes up: one is in service."""

    def __init__(self, name: str, busy: bool = False) -> None:
        self.name, self.busy = name, busy

    def heard(self, pdus: list[bytes], now_s: float) -> None: ...

    def tick(self, now_s: float, idle: bool) -> list[Message]:
        return []

    def next_pdu(self, now_s: float) -> None: ...

    def take(self, message: Message) -> list[Message]:
        return [ModelStatus(1, self.name, ModelState.ACTIVE), ModelStatus(1, "old", ModelState.INSTALLED)]


class Bench:
    """A spacecraft whose frames are read back, and a ground's end to speak to it with. Without a ground, time passes in
    steps and every step has room for one frame."""

    folder = Path()
    numbers = count()

    def __init__(
        self,
        engine: ScriptedEngine | None = None,
        settings: SpacecraftSettings | None = None,
        board: BoardClient | None = None,
        down: int = DOWN,
        journal_octets: int = DEFAULT_OCTETS,
        meter: EnergyMeter | None = None,
    ) -> None:
        self.engine = engine or ScriptedEngine(tokens_per_s=10)
        self._settings, self._board = settings or SpacecraftSettings(), board
        self._down, self._journal_octets, self._meter = down, journal_octets, meter
        self._path = self.folder / f"{next(self.numbers)}.journal"
        self._journal: Journal | None = None
        self.store = FullStore()
        self.observed: list[tuple[Milestone, dict[str, object]]] = []
        self.holds: list[bool] = []
        self.now_s = 0.0
        self.models: OneModel | None = None
        self.ground = GroundLink(ENDS.ground, MemoryStore(), UP, down, FOP)
        self.start()

    def start(self) -> None:
        """Start the spacecraft, perhaps again: with its journal, and nothing else of the one before."""
        if self._journal is not None:
            self._journal.close()
            self.engine.close()
        self._journal = opened.enter_context(closing(Journal(self._path, self._journal_octets)))
        state = telecommand_state(self._journal)
        self.spacecraft = Spacecraft(
            SpacecraftLink(ENDS.flatsat, self.store, self._down, state=state),
            self.engine,
            self._board,
            self._journal,
            lambda milestone, prompt_id, s, detail: self.observed.append((milestone, detail)),
            self.holds.append,
            self._settings,
            now_s=self.now_s,
            models=self.models,  # type: ignore[arg-type]
            meter=self._meter,
        )

    def kept(self) -> list[JournalledJob]:
        assert self._journal is not None
        return self._journal.restore()

    def write_protect(self, protected: bool) -> None:
        assert self._journal is not None
        self._journal._database.execute(f"PRAGMA query_only = {protected:d}")

    def state(self, value: int) -> JobState:
        job = self.spacecraft._jobs.get(number(value))
        assert job is not None
        return job.state

    def say(self, *messages: Message) -> None:
        """Have the spacecraft hear messages, at once and in one go."""
        wanted = {self.ground.send(message) for message in messages}
        while wanted:
            self.ground.tick(self.now_s)
            while frame := self.ground.next_frame(self.now_s):
                self.spacecraft.frame_received(frame, None, self.now_s)
            self.ground.sender.clcw_received(self.spacecraft._link.receiver.clcw, self.now_s)
            wanted.difference_update(self.ground.delivered())

    def pass_time(self, span_s: float) -> list[Message]:
        heard: list[Message] = []
        end_s = self.now_s + span_s - 1e-9
        while self.now_s < end_s:
            self.now_s += STEP_S
            self.spacecraft.tick(self.now_s)
            frame = self.spacecraft.frame_to_send(self.now_s)
            heard += self.ground.receive(frame, self.now_s) if frame else []
        return heard

    def ask(self, text: str, span_s: float, **how: object) -> list[Message]:
        self.say(prompt(1, text, **how))
        return self.pass_time(span_s)

    def milestones(self) -> list[Milestone]:
        return [milestone for milestone, _ in self.observed]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def number(value: int) -> bytes:
    return value.to_bytes(8, "big")


def prompt(value: int, text: str = "Why?", **how: object) -> Prompt:
    return Prompt(number(value), text, **{"max_tokens": 100, **how})  # type: ignore[arg-type]


def text_of(messages: list[Message], value: int = 1) -> str:
    segments = {m.index: m.text for m in messages if isinstance(m, AnswerSegment) and m.prompt_id == number(value)}
    return "".join(segments[index] for index in range(len(segments)))


def ending(messages: list[Message]) -> FinishReason | None:
    ends = [m.end.finish_reason for m in messages if isinstance(m, AnswerSegment) and m.end]
    return ends[-1] if ends else None


def refusals(messages: list[Message]) -> list[tuple[int, RefusalReason]]:
    return [(m.prompt_id[7], m.reason) for m in messages if isinstance(m, Refusal)]


# -- prompts -----------------------------------------------------------------------------------------------------------


def test_a_prompt_from_reception_to_answer(bench: Bench) -> None:
    heard = bench.ask("Why?", 6.0)
    assert heard[0] == Accepted(number(1), 0)
    assert text_of(heard) == bench.engine.answer("Why?")
    assert ending(heard) is FinishReason.STOP
    names = [m for m in bench.milestones() if m not in (Milestone.TOKEN, Milestone.SEGMENT_SENT)]
    assert names == [
        Milestone.PROMPT_RECEIVED,
        Milestone.INFERENCE_STARTED,
        Milestone.PREFILL_DONE,
        Milestone.FIRST_TOKEN,
        Milestone.INFERENCE_DONE,
    ]
    first, done = bench.milestones().index(Milestone.SEGMENT_SENT), bench.milestones().index(Milestone.INFERENCE_DONE)
    assert first < done, "segments leave before the model has ended"


@pytest.mark.parametrize("when_s", [0.0, 1.0, 10.0])
def test_a_prompt_sent_twice_runs_once(bench: Bench, when_s: float) -> None:
    heard = bench.ask("Why?", when_s)
    bench.say(prompt(1))
    heard += bench.pass_time(10.0)
    assert heard.count(Accepted(number(1), 0)) == (1 if when_s == 0 else 2)
    assert bench.engine.inferences == bench.spacecraft.summary()["inferences"] == 1
    assert text_of(heard) == bench.engine.answer("Why?")


def test_prompts_are_answered_in_their_order(bench: Bench) -> None:
    bench.say(*(prompt(value, f"Number {value}?") for value in range(1, 5)))
    heard = bench.pass_time(40.0)
    assert heard[:4] == [Accepted(number(value), value - 1) for value in range(1, 5)]
    ends = [m.prompt_id[7] for m in heard if isinstance(m, AnswerSegment) and m.end]
    assert ends == [1, 2, 3, 4]
    assert all(text_of(heard, value) == bench.engine.answer(f"Number {value}?") for value in range(1, 5))


@pytest.mark.parametrize("at_once", [True, False])
def test_the_queue_takes_its_limit_besides_the_one_that_runs(at_once: bool) -> None:
    bench = Bench(settings=SpacecraftSettings(queue_limit=2))
    prompts = [prompt(value) for value in range(1, 6)]
    for group in [prompts] if at_once else [[each] for each in prompts]:
        bench.say(*group)
    heard = bench.pass_time(1.0)
    assert refusals(heard) == [(4, RefusalReason.QUEUE_FULL), (5, RefusalReason.QUEUE_FULL)]
    assert "3 prompts come first" in [m.detail for m in heard if isinstance(m, Refusal)]


@pytest.mark.parametrize("restarted", [False, True])
def test_a_prompt_too_long_for_the_model_is_refused_and_the_next_one_runs(restarted: bool) -> None:
    bench = Bench(ScriptedEngine(max_prompt_tokens=3))
    bench.say(prompt(1, "a b c d e"), prompt(2, "a"))
    if restarted:
        bench.start()
    heard = bench.pass_time(8.0)
    assert refusals(heard) == [(1, RefusalReason.PROMPT_TOO_LONG)]
    assert "at most 3" in next(m.detail for m in heard if isinstance(m, Refusal))
    assert text_of(heard, 2) == bench.engine.answer("a")


def test_a_refused_prompt_stays_refused(bench: Bench) -> None:
    bench.say(prompt(1, deadline_s=0.0))
    assert refusals(bench.pass_time(0.5)) == [(1, RefusalReason.DEADLINE_PAST)]
    bench.say(prompt(1, deadline_s=0.0), Missing(number(1), (), 0), Cancel(number(1)))
    assert refusals(bench.pass_time(0.5)) == [(1, RefusalReason.DEADLINE_PAST)], "one reply to all three"
    assert bench.engine.inferences == 0


@pytest.mark.parametrize("bad", [prompt(1, ""), prompt(1, "a", stop=("",))])
def test_what_no_engine_takes_ends_in_an_error_and_the_next_one_runs(bench: Bench, bad: Prompt) -> None:
    bench.say(bad, prompt(2))
    heard = bench.pass_time(8.0)
    ends = {m.prompt_id[7]: m.end.finish_reason for m in heard if isinstance(m, AnswerSegment) and m.end}
    assert ends == {1: FinishReason.ERROR, 2: FinishReason.STOP}
    assert any("accepted" in str(detail.get("detail")) for _, detail in bench.observed)


def test_an_engine_that_does_not_start_ends_in_an_error_and_releases_time() -> None:
    class Broken(ScriptedEngine):
        runs_on_wall_clock = True

        def start(self, request: GenerationRequest, now_s: float) -> ScriptedGeneration:
            raise EngineError("out of memory")

    bench = Bench(Broken())
    assert ending(bench.ask("Why?", 1.0)) is FinishReason.ERROR
    assert bench.holds == [True, False]
    assert bench.spacecraft.summary()["inferences"] == 0


def test_time_is_held_while_a_model_of_the_wall_clock_runs(bench: Bench) -> None:
    bench.ask("Why?", 8.0)
    assert bench.holds == []
    bench.engine.runs_on_wall_clock = True
    bench.say(prompt(2))
    assert bench.holds == [True]
    bench.pass_time(8.0)
    assert bench.holds == [True, False]


# -- missing segments --------------------------------------------------------------------------------------------------


def test_what_is_missing_is_sent_again(bench: Bench) -> None:
    heard = bench.ask("Why?", 8.0)
    segments = [m for m in heard if isinstance(m, AnswerSegment)]
    bench.say(Missing(number(1), (1, 3), len(segments) - 1))
    assert bench.pass_time(2.0) == [segments[1], segments[3], segments[-1]]
    assert bench.spacecraft.summary()["retransmissions"] == 3
    assert bench.engine.inferences == 1


def test_missing_of_a_prompt_without_text_yet_is_answered_with_its_place(bench: Bench) -> None:
    bench.say(prompt(1), prompt(2))
    bench.pass_time(0.1)
    bench.say(Missing(number(2), (), 0))
    assert bench.pass_time(0.1)[0] == Accepted(number(2), 1)


@pytest.mark.parametrize("message", [Missing(number(7), (), 0), Cancel(number(7))])
def test_an_unknown_prompt_is_said_to_be_unknown(bench: Bench, message: Message) -> None:
    bench.say(message)
    assert bench.pass_time(0.1) == [Refusal(number(7), RefusalReason.UNKNOWN_PROMPT, "")]


def test_replies_do_not_pile_up(bench: Bench) -> None:
    for value in range(1000):
        bench.say(Cancel(number(value)), Cancel(number(value)))
    heard = bench.pass_time(60.0)
    assert 0 < len([m for m in heard if isinstance(m, Refusal)]) <= 64


# -- ends before the end -----------------------------------------------------------------------------------------------


def test_a_cancel_in_the_queue(bench: Bench) -> None:
    bench.say(prompt(1), prompt(2), Cancel(number(2)))
    heard = bench.pass_time(8.0)
    assert refusals(heard) == [(2, RefusalReason.CANCELLED)]
    assert bench.engine.inferences == 1
    bench.say(prompt(2))
    assert refusals(bench.pass_time(8.0)) == [(2, RefusalReason.CANCELLED)], "and it does not run later"
    assert bench.engine.inferences == 1


def test_a_cancel_while_the_model_runs(bench: Bench) -> None:
    heard = bench.ask("Why?", 1.0)
    bench.say(Cancel(number(1)), Cancel(number(1)))
    heard += bench.pass_time(1.0)
    assert ending(heard) is FinishReason.CANCELLED
    assert bench.engine.answer("Why?").startswith(text_of(heard))


def test_a_cancel_after_the_end_is_answered(bench: Bench) -> None:
    heard = bench.ask("Why?", 8.0)
    bench.say(Cancel(number(1)))
    assert bench.pass_time(1.0) == [Accepted(number(1), 0)]
    assert ending(heard) is FinishReason.STOP


def test_a_deadline_while_the_model_runs(bench: Bench) -> None:
    heard = bench.ask("Why?", 3.0, deadline_s=1.5)
    assert ending(heard) is FinishReason.DEADLINE
    assert 0 < len(text_of(heard)) < len(bench.engine.answer("Why?"))


def test_a_deadline_in_the_queue(bench: Bench) -> None:
    bench.say(prompt(1), prompt(2, deadline_s=0.5))
    heard = bench.pass_time(8.0)
    assert refusals(heard) == [(2, RefusalReason.DEADLINE_PAST)]
    assert bench.engine.inferences == 1


def test_the_first_reason_to_stop_stands() -> None:
    class Slow(ScriptedEngine):
        """An engine that takes its time to stop."""

        def start(self, request: GenerationRequest, now_s: float) -> ScriptedGeneration | RefusedGeneration:
            generation = super().start(request, now_s)
            poll = generation.poll
            generation.poll = lambda now_s: poll(now_s) if now_s > 2.0 else []  # type: ignore[method-assign]
            return generation

    bench = Bench(Slow(tokens_per_s=10))
    bench.ask("Why?", 0.5, deadline_s=0.8)
    bench.say(Cancel(number(1)))
    assert ending(bench.pass_time(3.0)) is FinishReason.CANCELLED


# -- segments ----------------------------------------------------------------------------------------------------------


def pieces(engine: ScriptedEngine, text: str) -> list[str]:
    events = engine._script(GenerationRequest(text, 65535))
    return [event.text for event in events if hasattr(event, "text")]


@given(
    answers=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=300), min_size=1, max_size=4),
    rate=st.sampled_from([10, 100, 10_000]),
)
def test_segments_end_where_tokens_do(answers: list[str], rate: float) -> None:
    engine = ScriptedEngine(rate, answers={f"{i}?": answer for i, answer in enumerate(answers)})
    bench = Bench(engine)
    bench.say(*(prompt(i, f"{i}?", max_tokens=1000) for i in range(len(answers))))
    heard = bench.pass_time(len(answers) * (5 + 400 / rate))
    for i, answer in enumerate(answers):
        assert text_of(heard, i) == answer
        tokens = iter(pieces(ScriptedEngine(answers={"?": answer}), "?"))
        for segment in (m for m in heard if isinstance(m, AnswerSegment) and m.prompt_id == number(i)):
            taken = ""
            while len(taken) < len(segment.text):
                taken += next(tokens)
            assert taken == segment.text


@pytest.mark.parametrize("down", [64, 65, 100, 2048])
def test_frames_of_any_length_carry_an_answer(down: int) -> None:
    bench = Bench(down=down)
    assert text_of(bench.ask("What is small?", 40.0)) == bench.engine.answer("What is small?")


# -- health and the board ----------------------------------------------------------------------------------------------


def test_health_is_reported_every_period(bench: Bench) -> None:
    heard = bench.pass_time(31.0)
    assert [round(m.uptime_s) for m in heard if isinstance(m, Health)] == [1, 11, 21]
    bench.say(prompt(1), prompt(2))
    bench.spacecraft.frame_received(b"noise", None, bench.now_s)
    health = bench.spacecraft.health(bench.now_s)
    assert (health.queue_depth, health.inferring, health.frames_rejected) == (2, True, 1)
    assert health.frames_received == bench.ground.sender.frames_sent >= 2
    assert health.bus_voltage_v is None
    assert bench.spacecraft.trouble(bench.now_s) == ""


def test_health_tells_how_the_last_good_frame_was_heard(bench: Bench) -> None:
    def hear(frame: bytes, es_n0_db: float, offset_hz: float) -> tuple[float | None, float | None]:
        symbols = np.zeros(0, dtype=np.complex64)
        quality = FrameQuality(0.0, 0.1, es_n0_db, offset_hz + 1, offset_hz, 0, symbols)
        bench.spacecraft.frame_received(frame, quality, bench.now_s)
        health = bench.spacecraft.health(bench.now_s)
        return health.uplink_es_n0_db, health.uplink_offset_hz

    def good() -> bytes:
        bench.ground.sender.clcw_received(bench.spacecraft._link.receiver.clcw, bench.now_s)
        bench.ground.send(Cancel(number(1)))
        frame = bench.ground.next_frame(bench.now_s)
        assert frame is not None
        return frame

    bench.say(Cancel(number(1)))
    assert hear(b"noise", 1.0, 2.0) == (None, None)
    assert hear(good(), 9.5, -1500.5) == (9.5, -1500.5)
    assert hear(b"noise", 1.0, 2.0) == (9.5, -1500.5)
    assert hear(good(), float("nan"), float("nan")) == (None, None)


def test_an_answer_tells_how_long_its_prompt_waited_and_was_read(bench: Bench) -> None:
    bench.say(prompt(1, "First?"), prompt(2, "Second?"))
    ends = [m.end for m in bench.pass_time(40.0) if isinstance(m, AnswerSegment) and m.end is not None]
    assert [end.prefill_s for end in ends] == [pytest.approx(0.1)] * 2
    first, second = (end.waited_s for end in ends)
    assert first is not None
    assert second is not None
    assert first < STEP_S
    assert second == pytest.approx(first + ends[0].inference_s, abs=2 * STEP_S)


@dataclass
class Readings:
    """A board that answers every command with the same status."""

    temperature_c: float
    rail_on: bool = True
    _arrived: bytes = b""

    def read(self) -> bytes:
        arrived, self._arrived = self._arrived, b""
        return arrived

    def write(self, data: bytes) -> None:
        for payload in Deframer().feed(data):
            command = decode(payload)
            if isinstance(command, ReadStatus):
                status = Status(
                    command.sequence, 1.0, 12.0, 0.5, self.temperature_c, self.rail_on, True, 3, ResetCause.WATCHDOG
                )
                self._arrived += encode_frame(encode(status))

    def reopen(self) -> None:
        """It was never lost."""

    def close(self) -> None:
        """Nothing is open."""


def test_the_boards_readings_are_reported() -> None:
    bench = Bench(board=BoardClient(Readings(21.5)))
    bench.pass_time(1.0)
    health = bench.spacecraft.health(bench.now_s)
    readings = (health.bus_voltage_v, health.current_a, health.temperature_c, health.payload_rail_on)
    assert readings == (12.0, 0.5, 21.5, True)
    assert health.watchdog_resets == 3


def test_health_is_first_reported_when_the_board_has_been_heard_after_a_restart_too() -> None:
    bench = Bench(board=BoardClient(Readings(21.5)))
    bench.now_s = 500.0
    bench.start()
    first = next(m for m in bench.pass_time(2.0) if isinstance(m, Health))
    assert first.temperature_c == 21.5
    assert first.uptime_s > 500.9


def test_a_reading_that_no_sensor_makes_is_none() -> None:
    bench = Bench(board=BoardClient(Readings(2e6)))
    bench.pass_time(1.0)
    assert bench.spacecraft.health(bench.now_s).temperature_c is None


def test_nothing_runs_while_the_rail_is_off() -> None:
    board = Readings(20.0, rail_on=False)
    bench = Bench(board=BoardClient(board))
    heard = [message for message in bench.ask("Why?", 5.0) if not isinstance(message, Health)]
    assert heard == [Accepted(number(1), 0)]
    assert bench.engine.inferences == 0
    board.rail_on = True
    assert text_of(bench.pass_time(8.0)) == bench.engine.answer("Why?")


def interrupted(bench: Bench, board: Readings, before: Callable[[], None]) -> list[Message]:
    bench.pass_time(1.0)
    heard = bench.ask("Why?", 2.0, deadline_s=5.0)
    before()
    board.rail_on = False
    heard += bench.pass_time(2.0)
    assert bench.spacecraft.summary()["interruptions"] == 1
    assert not bench.spacecraft.health(bench.now_s).inferring
    return heard


def test_a_deadline_passes_while_the_rail_is_off() -> None:
    board = Readings(20.0)
    bench = Bench(ScriptedEngine(tokens_per_s=2), board=BoardClient(board))
    heard = interrupted(bench, board, lambda: None)
    heard += bench.pass_time(2.0)
    assert refusals(heard) == [(1, RefusalReason.DEADLINE_PAST)]
    assert text_of(heard), "what has come of the answer until then was sent"
    for _ in range(2):
        bench.say(Missing(number(1), (), 0))
        assert bench.pass_time(0.9) == [m for m in heard if isinstance(m, Refusal)], "the same after a restart"
        bench.start()


def test_what_is_cancelled_does_not_begin_again_with_the_power() -> None:
    class Stubborn(ScriptedEngine):
        def start(self, request: GenerationRequest, now_s: float) -> ScriptedGeneration | RefusedGeneration:
            generation = super().start(request, now_s)
            generation.cancel = lambda: None  # type: ignore[method-assign]
            return generation

    board = Readings(20.0)
    bench = Bench(Stubborn(tokens_per_s=2), board=BoardClient(board))
    heard = interrupted(bench, board, lambda: bench.say(Cancel(number(1))))
    assert refusals(heard) == [(1, RefusalReason.CANCELLED)]
    board.rail_on = True
    bench.pass_time(3.0)
    assert bench.engine.inferences == 1


# -- energy and heat ---------------------------------------------------------------------------------------------------


@dataclass
class Powered(Readings):
    """A board that measures its battery and its payload, too."""

    charge: float = 0.8
    bus_v: float = 8.0
    payload_c: float = 30.0
    throttled: bool = False
    energy_mj: int = 0
    load: float | None = None

    def write(self, data: bytes) -> None:
        super().write(data)
        for payload in Deframer().feed(data):
            reply = self._measured(decode(payload))
            if reply is not None:
                self._arrived += encode_frame(encode(reply))

    def _measured(self, command: Command | Reply) -> Reply | None:
        match command:
            case ReadPower(sequence):
                return Power(sequence, 0.0, 0.0, self.bus_v, 0.0, self.charge)
            case ReadThermal(sequence):
                return Thermal(sequence, self.payload_c, self.temperature_c, 85.0, self.throttled)
            case ReadEnergy(sequence):
                return Energy(sequence, self.energy_mj, self.payload_c)
            case ReadRail(sequence, rail):
                return RailReading(sequence, rail, 5.0, 2.0, self.rail_on, False, False, 0)
            case SetLoad(sequence, _, load):
                self.load = load
                return Ack(sequence)
        return None


@dataclass
class StubMeter:
    """10 W, and whatever temperature it is told."""

    temperature_c: float | None = None
    trouble: str = ""
    measures: str = "stub"
    busy: bool = False

    def read(self, now_s: float, *, busy: bool) -> EnergyReading:
        self.busy = busy
        return EnergyReading(10.0 * now_s, 10.0, self.temperature_c)

    def close(self) -> None: ...


def limited(board: Powered | None, meter: StubMeter | None = None, **limits: Any) -> Bench:
    settings = SpacecraftSettings(limits=EnergyLimits(**limits))
    bench = Bench(settings=settings, board=BoardClient(board) if board else None, meter=meter)
    bench.pass_time(2.0)
    return bench


def waits(messages: list[Message]) -> list[str | None]:
    return [message.waits_for for message in messages if isinstance(message, Health)]


def end_of(messages: list[Message]) -> AnswerEnd:
    return next(m.end for m in reversed(messages) if isinstance(m, AnswerSegment) and m.end)


def test_a_low_battery_defers_inference_until_it_is_charged() -> None:
    board = Powered(20.0, charge=0.25)
    bench = limited(board, lowest_charge=0.3)
    heard = bench.ask("Why?", 3.0)
    assert Accepted(number(1), 0) in heard
    assert refusals(heard) == []
    assert bench.engine.inferences == 0
    assert waits(heard) == ["the battery's charge is 25%; from 35% on"], "told at once, and once"
    assert (Milestone.DEFERRED, {"reason": "the battery's charge is 25%; from 35% on"}) in bench.observed
    board.charge = 0.33
    assert bench.pass_time(3.0) == []
    board.charge = 0.36
    heard = bench.pass_time(8.0)
    assert text_of(heard) == bench.engine.answer("Why?")
    assert waits(heard) == [None]
    assert bench.milestones().count(Milestone.DEFERRED) == 1


def test_each_prompt_that_is_deferred_is_told() -> None:
    board = Powered(20.0, charge=0.25)
    bench = limited(board, lowest_charge=0.3)
    bench.say(prompt(1, _LONG), prompt(2))
    bench.pass_time(2.0)
    board.charge = 0.5
    bench.pass_time(2.0)
    board.charge = 0.1  # the first is at work, and goes on
    heard = bench.pass_time(10.0)
    assert ending(heard) is FinishReason.STOP
    assert bench.milestones().count(Milestone.DEFERRED) == 2
    assert bench.engine.inferences == 1


def test_a_deferred_prompt_can_be_cancelled_or_run_out_of_time() -> None:
    bench = limited(Powered(20.0, charge=0.25), lowest_charge=0.3)
    bench.say(prompt(1), prompt(2, deadline_s=2.0), Cancel(number(1)))
    heard = bench.pass_time(5.0)
    assert refusals(heard) == [(1, RefusalReason.CANCELLED), (2, RefusalReason.DEADLINE_PAST)]
    assert waits(heard)[-1] is None, "nothing waits any more"


def test_a_hot_payload_and_a_sagging_bus_defer() -> None:
    for board in (
        Powered(20.0, payload_c=70.0),
        Powered(20.0, payload_c=40.0, throttled=True),
        Powered(20.0, bus_v=6.5),
    ):
        bench = limited(board, highest_temperature_c=60.0, lowest_bus_v=6.8)
        bench.ask("Why?", 3.0)
        assert bench.engine.inferences == 0
        board.payload_c, board.throttled, board.bus_v = 50.0, False, 7.5
        assert text_of(bench.pass_time(8.0)) == bench.engine.answer("Why?")


def test_the_hotter_of_board_and_meter_counts() -> None:
    meter = StubMeter(temperature_c=80.0)
    bench = limited(Powered(20.0), meter, highest_temperature_c=60.0)
    bench.ask("Why?", 3.0)
    assert bench.engine.inferences == 0
    assert bench.spacecraft.health(bench.now_s).payload_temperature_c == 80.0
    meter.temperature_c = 20.0
    bench.pass_time(1.0)
    assert bench.engine.inferences == 1
    assert bench.spacecraft.health(bench.now_s).payload_temperature_c == 30.0


def test_at_a_limit_what_comes_in_may_be_refused_and_what_was_accepted_waits() -> None:
    board = Powered(20.0)
    bench = limited(board, lowest_charge=0.3, at_limit=AtLimit.REFUSE)
    bench.say(prompt(1), prompt(2))
    board.charge = 0.2
    bench.pass_time(2.0)
    bench.say(prompt(3))
    heard = bench.pass_time(10.0)
    assert refusals(heard) == [(3, RefusalReason.LOW_BATTERY)]
    assert bench.engine.inferences == 1
    board.charge = 0.9
    assert text_of(bench.pass_time(10.0), 2) == bench.engine.answer("Why?")


def test_health_tells_charge_and_the_payloads_temperature_and_what_is_waited_for() -> None:
    board = Powered(20.0, rail_on=False)
    bench = limited(board)
    health = bench.spacecraft.health(bench.now_s)
    assert (health.battery_charge, health.payload_temperature_c, health.waits_for) == (0.8, 30.0, None)
    bench.say(prompt(1))
    bench.pass_time(1.0)
    assert bench.spacecraft.health(bench.now_s).waits_for == "the payload has no power"
    assert Milestone.DEFERRED not in bench.milestones()


def test_an_answer_tells_what_it_cost() -> None:
    meter = StubMeter(temperature_c=31.5)
    bench = Bench(meter=meter)
    heard = bench.ask("Why?", 8.0)
    end = end_of(heard)
    assert end.energy_j == pytest.approx(10.0 * end.inference_s, abs=1.01)  # the steps are 0.1 s
    assert end.peak_temperature_c == 31.5
    done = next(detail for milestone, detail in bench.observed if milestone is Milestone.INFERENCE_DONE)
    assert (done["energy_j"], done["peak_temperature_c"]) == (pytest.approx(end.energy_j), 31.5)
    assert bench.kept()[0].end == end, "and the journal keeps it"
    assert not meter.busy
    assert bench.spacecraft.energy_source == "stub"


def test_an_interrupted_answer_costs_both_attempts() -> None:
    board = Powered(20.0)
    bench = Bench(ScriptedEngine(tokens_per_s=4), board=BoardClient(board), meter=StubMeter())
    bench.pass_time(1.0)
    heard = bench.ask("Why?", 3.0)
    board.rail_on = False
    heard += bench.pass_time(3.0)
    board.rail_on = True
    heard += bench.pass_time(8.0)
    end = end_of(heard)
    assert end.energy_j is not None
    assert end.energy_j > 10.0 * (end.inference_s + 1.9)


def test_the_boards_count_is_the_payloads_cost() -> None:
    board = Powered(20.0, energy_mj=50_000)
    bench = Bench(settings=SpacecraftSettings(metered_by_board=True), board=BoardClient(board))
    loads: Counter[tuple[bool, float | None]] = Counter()
    for step in range(100):
        if step == 20:
            bench.say(prompt(1, _LONG))
        bench.pass_time(0.1)
        board.energy_mj += 1_000
        loads[bench.spacecraft.inferring, board.load] += 1
    assert loads[True, 1.0] > 10 * loads[True, 0.0], "told with the next tick"
    assert loads[False, 0.0] > 10 * loads[False, 1.0]
    end = bench.kept()[0].end
    assert end is not None
    assert end.energy_j == pytest.approx(10.0 * end.inference_s, abs=2.5)
    assert end.peak_temperature_c == 30.0


def test_without_a_meter_nothing_is_known_of_the_cost(bench: Bench) -> None:
    end = end_of(bench.ask("Why?", 8.0))
    assert (end.energy_j, end.peak_temperature_c, end.shortened_to) == (None, None, None)


def test_a_meter_that_fails_is_told() -> None:
    meter = StubMeter()
    bench = Bench(meter=meter)
    bench.pass_time(1.0)
    assert bench.spacecraft.trouble(bench.now_s) == ""
    meter.trouble = "gone"
    assert bench.spacecraft.trouble(bench.now_s) == "gone"


# -- the rest of the contact -------------------------------------------------------------------------------------------

_LONG = "Tell me everything about the sea and the sky and what lies between them."


def test_an_answer_is_made_short_enough_for_the_rest_of_the_contact() -> None:
    bench = Bench(ScriptedEngine(tokens_per_s=10))
    bench.ask("How fast are you, and how long are your words?", 8.0)
    asked_s = bench.now_s
    bench.say(prompt(2, _LONG, contact_left_s=2.5))
    heard = bench.pass_time(2.5)
    end = end_of(heard)
    assert end.finish_reason is FinishReason.LENGTH
    assert end.shortened_to == end.completion_tokens
    assert 12 <= end.completion_tokens <= 22, "most of what there was time for"
    assert bench.engine.answer(_LONG).startswith(text_of(heard, 2))
    assert bench.now_s <= asked_s + 2.5 + 1e-6
    done = [detail["detail"] for milestone, detail in bench.observed if milestone is Milestone.INFERENCE_DONE]
    assert done == ["", f"shortened to the {end.shortened_to} tokens that the rest of the contact has room for"]


def test_time_in_the_queue_counts() -> None:
    bench = Bench(ScriptedEngine(tokens_per_s=10))
    bench.ask("How fast are you, and how long are your words?", 8.0)
    bench.say(prompt(2, _LONG, max_tokens=10), prompt(3, _LONG, contact_left_s=3.5))
    heard = bench.pass_time(3.5)
    assert end_of(heard).finish_reason is FinishReason.LENGTH
    shortened = [m.end.shortened_to for m in heard if isinstance(m, AnswerSegment) and m.end]
    assert shortened[0] is None
    assert shortened[1] is not None
    assert shortened[1] < 23


@pytest.mark.parametrize("left_s", [0.0, 0.2, 1000.0])
def test_an_answer_that_fits_or_of_which_nothing_does_is_left_whole(left_s: float) -> None:
    bench = Bench(ScriptedEngine(tokens_per_s=10))
    heard = bench.ask("Why?", 8.0, contact_left_s=left_s)
    assert end_of(heard).shortened_to is None
    assert text_of(heard) == bench.engine.answer("Why?")


def test_before_an_answer_was_measured_a_slow_model_is_assumed(bench: Bench) -> None:
    end = end_of(bench.ask(_LONG, 8.0, contact_left_s=8.0))
    assert end.shortened_to is not None
    assert end.shortened_to <= 13  # at 2 tokens a second, after 2 s


# -- confirmation ------------------------------------------------------------------------------------------------------


def test_an_answer_is_kept_until_it_is_confirmed_and_then_only_its_name(bench: Bench) -> None:
    bench.ask("Why?", 8.0)
    assert [kept.confirmed for kept in bench.kept()] == [False]
    bench.say(Confirm((number(1), number(9))))
    assert bench.state(1) is JobState.CONFIRMED
    assert [(kept.confirmed, kept.segments) for kept in bench.kept()] == [(True, ())]
    assert bench.pass_time(1.0) == []


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("message", [prompt(1), Missing(number(1), (), 0), Cancel(number(1))])
def test_a_confirmed_prompt_is_said_to_be_so_and_never_runs_again(
    bench: Bench, message: Message, restarted: bool
) -> None:
    bench.ask("Why?", 8.0)
    bench.say(Confirm((number(1),)))
    if restarted:
        bench.start()
    bench.say(message)
    heard = bench.pass_time(3.0)
    assert refusals(heard) == [(1, RefusalReason.CONFIRMED)]
    assert not any(isinstance(m, Accepted | AnswerSegment) for m in heard)
    assert bench.engine.inferences == 1


@pytest.mark.parametrize("after_s", [0.0, 1.0])
def test_what_has_not_been_answered_is_not_dropped_by_a_confirmation(bench: Bench, after_s: float) -> None:
    heard = bench.ask("Why?", after_s)
    bench.say(Confirm((number(1),)))
    assert text_of(heard + bench.pass_time(8.0)) == bench.engine.answer("Why?")


# -- the journal -------------------------------------------------------------------------------------------------------


def test_what_is_told_is_in_the_journal_before(bench: Bench) -> None:
    bench.say(prompt(1))
    assert [kept.prompt for kept in bench.kept()] == [prompt(1)]
    heard: list[Message] = []
    while not ending(heard):
        heard += bench.pass_time(STEP_S)
        (kept,) = bench.kept()
        assert kept.segments[: len(heard)] == tuple(m for m in heard if isinstance(m, AnswerSegment))


def test_a_journal_that_is_full_refuses_prompts_and_answers_those_before() -> None:
    bench = Bench(journal_octets=MIN_OCTETS)
    bench.say(*(prompt(value) for value in range(1, 8)))
    heard = bench.pass_time(0.5)
    refused = [value for value, reason in refusals(heard) if reason is RefusalReason.JOURNAL_FULL]
    assert refused == list(range(refused[0], 8))
    assert all("full" in m.detail for m in heard if isinstance(m, Refusal))
    heard += bench.pass_time(40.0)
    assert all(text_of(heard, value) == bench.engine.answer("Why?") for value in range(1, refused[0]))
    bench.say(Confirm(tuple(number(value) for value in range(1, refused[0]))), prompt(8))
    assert refusals(bench.pass_time(0.5)) == [], "what was confirmed makes room"


def test_a_journal_that_is_read_only_refuses_prompts_and_loses_nothing(bench: Bench) -> None:
    heard = bench.ask("Why?", 1.0)
    bench.write_protect(True)
    bench.say(prompt(2))
    heard += bench.pass_time(10.0)
    assert refusals(heard) == [(2, RefusalReason.JOURNAL_FULL)]
    assert "read-only" in bench.spacecraft.trouble(bench.now_s)
    assert not ending(heard), "a segment that is not kept is not sent"
    bench.write_protect(False)
    heard += bench.pass_time(2.0)
    assert text_of(heard) == bench.engine.answer("Why?")
    assert bench.spacecraft.trouble(bench.now_s) == ""
    assert bench.spacecraft.summary()["retransmissions"] == 0
    assert bench.engine.inferences == 1


def test_what_was_kept_is_sent_again_though_nothing_more_can_be(bench: Bench) -> None:
    bench.say(prompt(1, "Who?"), prompt(2))
    heard = bench.pass_time(8.0)
    segments = [m for m in heard if isinstance(m, AnswerSegment) and m.prompt_id == number(1)]
    assert ending(heard)
    bench.write_protect(True)
    bench.pass_time(4.0)
    bench.say(Missing(number(1), (0,), len(segments)), Missing(number(2), (), 0))
    heard = bench.pass_time(1.0)
    assert segments[0] in heard
    assert any(isinstance(m, AnswerSegment) and m.prompt_id == number(2) for m in heard)


def test_an_earlier_answer_that_cannot_be_kept_does_not_hold_up_a_later_one_that_is(bench: Bench) -> None:
    bench.ask("Why?", 8.0)
    keeping = bench.spacecraft._keeping
    first = bench.spacecraft._jobs.get(number(1))
    assert first is not None
    bench.say(prompt(2, "Who?"))
    heard = bench.pass_time(8.0)
    keep = keeping.segment
    keeping.segment = lambda job, segment: job is not first and keep(job, segment)  # type: ignore[method-assign]
    bench.say(Missing(number(1), (), 0), Missing(number(2), (), 0))
    again = bench.pass_time(2.0)
    assert text_of(again, 2) == text_of(heard, 2)
    assert not any(isinstance(m, AnswerSegment) and m.prompt_id == number(1) for m in again)


def test_a_frame_without_a_number_is_not_sent_until_there_is_one(bench: Bench) -> None:
    bench.pass_time(2.0)
    bench.store.full = True
    heard: list[Message] = []
    for _ in range(300):  # more than are reserved
        bench.say(Missing(number(1), (), 0))
        heard += bench.pass_time(STEP_S)
    assert 200 < len(heard) < 300
    assert bench.spacecraft.trouble(bench.now_s) == "no sequence number can be reserved: No space left on device"
    bench.store.full = False
    heard = bench.ask("Why?", 8.0)
    assert text_of(heard) == bench.engine.answer("Why?")
    assert bench.spacecraft.trouble(bench.now_s) == ""


# -- a restart ---------------------------------------------------------------------------------------------------------


def restarted(bench: Bench, span_s: float = 0.0) -> list[Message]:
    """Start the program again, and ask for all of the first answer; return what is heard in a time."""
    bench.start()
    bench.say(Missing(number(1), (), 0))
    return [message for message in bench.pass_time(span_s) if not isinstance(message, Health)]


def test_a_prompt_that_waited_is_answered(bench: Bench) -> None:
    asked = prompt(2, "Who?", stop=("x",), deadline_s=50.0, temperature=0.5, seed=3)
    bench.say(prompt(1), asked)
    bench.pass_time(0.5)
    bench.start()
    heard = bench.pass_time(16.0)
    assert text_of(heard, 2) == bench.engine.answer("Who?")
    job = bench.spacecraft._jobs.get(number(2))
    assert job is not None
    assert job.prompt == asked


@pytest.mark.parametrize("after_s", [0.1, 0.5, 1.0, 1.5])
def test_a_prompt_that_was_running_begins_anew_and_its_segments_stand(bench: Bench, after_s: float) -> None:
    before = [m for m in bench.ask("Why?", after_s) if isinstance(m, AnswerSegment)]
    assert not ending(list(before))
    heard = restarted(bench, 8.0)
    assert text_of(heard) == bench.engine.answer("Why?")
    assert [m for m in heard if isinstance(m, AnswerSegment)][: len(before)] == before
    assert bench.engine.inferences == 2
    assert [kept.attempts for kept in bench.kept()] == [2]


@pytest.mark.parametrize("sent", [0, 1, 3])
def test_an_answer_that_was_generated_is_not_generated_again(sent: int) -> None:
    bench = Bench(ScriptedEngine(tokens_per_s=1000, answers={"?": "one two three four five " * 60}), down=128)
    bench.say(prompt(1, "?", max_tokens=1000))
    before: list[Message] = []
    for _ in range(40):  # the model ends within the first, the frames are many more
        bench.now_s += STEP_S
        bench.spacecraft.tick(bench.now_s)
    while len(before) < sent:
        before += [m for m in bench.pass_time(STEP_S) if isinstance(m, AnswerSegment)]
    heard = restarted(bench, 5.0)
    segments = [m for m in heard if isinstance(m, AnswerSegment)]
    assert segments[:sent] == before
    assert text_of(heard) == "one two three four five " * 60
    assert ending(heard) is FinishReason.STOP
    assert bench.engine.inferences == 1


def test_an_answer_that_was_sent_whole_is_sent_again_as_it_was_cut(bench: Bench) -> None:
    before = [m for m in bench.ask("Why?", 8.0) if isinstance(m, AnswerSegment)]
    bench.start()
    assert [m for m in bench.pass_time(3.0) if not isinstance(m, Health)] == [], "only if it is asked for"
    bench.say(Missing(number(1), (), 0))
    assert [m for m in bench.pass_time(3.0) if isinstance(m, AnswerSegment)] == before
    assert bench.engine.inferences == 1
    assert bench.spacecraft.summary()["retransmissions"] == len(before)


def test_an_answer_of_which_only_the_last_segment_was_kept_has_ended(bench: Bench) -> None:
    """What is kept at the model's end could not be written, and what came after could."""
    bench.spacecraft._inference._keep = lambda job: False
    before = [m for m in bench.ask("Why?", 8.0) if isinstance(m, AnswerSegment)]
    assert bench.kept()[0].end is None
    assert [m for m in restarted(bench, 8.0) if isinstance(m, AnswerSegment)] == before
    assert bench.engine.inferences == 1


@pytest.mark.parametrize("message", [prompt(1, deadline_s=0.0), Missing(number(1), (), 0)])
def test_a_refused_prompt_stays_refused_after_a_restart(bench: Bench, message: Message) -> None:
    bench.say(prompt(1, deadline_s=0.0))
    bench.start()
    bench.say(message)
    assert refusals(bench.pass_time(0.5)) == [(1, RefusalReason.DEADLINE_PAST)]


def test_a_deadline_runs_on_over_a_restart_and_a_clock_that_was_set_back_does_not_stop_it(bench: Bench) -> None:
    bench.now_s = 100.0
    bench.say(prompt(1), prompt(2, deadline_s=20.0))
    bench.now_s = 50.0
    bench.start()
    bench.now_s = 69.0
    bench.spacecraft._prompts.drop_late(bench.now_s)
    assert bench.state(2) is JobState.QUEUED
    bench.now_s = 71.0
    bench.spacecraft._prompts.drop_late(bench.now_s)
    assert bench.state(2) is JobState.REFUSED


def test_a_prompt_that_came_in_part_before_a_restart_is_taken_whole(bench: Bench) -> None:
    text = "Why? " * 200
    bench.say(Cancel(number(7)))
    bench.ground.send(prompt(1, text))
    frames = [bench.ground.next_frame(bench.now_s) or b"" for _ in range(5)]
    for frame in frames[:3]:
        assert bench.spacecraft.frame_received(frame, None, bench.now_s)
    bench.start()
    for frame in frames[2:]:
        bench.spacecraft.frame_received(frame, None, bench.now_s)
    assert [kept.prompt.text for kept in bench.kept()] == [text]
    assert bench.spacecraft.summary()["frames_received"] == 2, "a frame is not taken a second time"
    bench.pass_time(1.0)
    assert not bench.ground.sender.alerts


def test_a_journal_with_a_damaged_memory_of_the_channel_is_begun_anew(bench: Bench) -> None:
    assert bench._journal is not None
    bench.say(Cancel(number(7)))
    for fact in (b"", b"\0\xff", "text"):
        bench._journal.remember("telecommand", fact)
        bench.start()
        assert bench.spacecraft._link.receiver.state.farm.v_r == 0


@given(kills=st.lists(st.floats(0.0, 3.0), max_size=5), seed=st.integers(0, 99))
def test_restarts_at_any_time_leave_one_answer_and_its_segments_as_they_were(kills: list[float], seed: int) -> None:
    bench = Bench(ScriptedEngine(tokens_per_s=20))
    bench.say(prompt(1), prompt(2, "Who?", seed=seed))
    heard: list[Message] = []
    for span_s in kills:
        heard += bench.pass_time(span_s)
        bench.start()
    bench.say(Missing(number(1), (), 0), Missing(number(2), (), 0))
    heard += bench.pass_time(12.0)
    for value, text in ((1, "Why?"), (2, "Who?")):
        assert text_of(heard, value) == bench.engine.answer(text)
        segments = {m for m in heard if isinstance(m, AnswerSegment) and m.prompt_id == number(value)}
        assert len(segments) == len({segment.index for segment in segments}), "an index has one content"


# -- anything ----------------------------------------------------------------------------------------------------------


def test_messages_of_the_downlink_are_ignored(bench: Bench) -> None:
    bench.say(Accepted(number(1), 0), AnswerSegment(number(1), 0, "x"), Health(1.0, 0, False, 0, 0))
    assert bench.pass_time(1.0) == []


@given(st.lists(st.binary(max_size=300), max_size=10))
def test_any_octets_are_taken(frames: list[bytes]) -> None:
    bench = Bench()
    for frame in frames:
        bench.spacecraft.frame_received(frame, None, 0.0)
    assert bench.pass_time(0.5) == []


# -- models ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", ["a", "b"])
def test_an_answer_goes_on_after_a_restart_only_if_the_same_model_answers(bench: Bench, after: str) -> None:
    bench.models = OneModel("a")
    bench.start()
    before = bench.ask("Why?", 1.2)
    assert text_of(before)
    bench.models = OneModel(after)
    heard = before + restarted(bench, 8.0)
    if after == "a":
        assert text_of(heard) == bench.engine.answer("Why?")
        assert ending(heard) is FinishReason.STOP
    else:
        assert bench.engine.answer("Why?").startswith(text_of(heard))
        assert ending(heard) is FinishReason.ERROR
    assert bench.kept()[0].end is not None


def test_a_prompt_that_nothing_was_sent_of_is_answered_by_whichever_model_there_is(bench: Bench) -> None:
    bench.models = OneModel("a")
    bench.start()
    bench.ask("Why?", 0.0)
    bench.models = OneModel("b")
    assert text_of(restarted(bench, 8.0)) == bench.engine.answer("Why?")


def test_no_prompt_is_begun_while_a_model_is_loaded_or_tested(bench: Bench) -> None:
    bench.models = OneModel("a", busy=True)
    bench.start()
    bench.ask("Why?", 3.0)
    assert bench.engine.inferences == 0
    bench.models.busy = False
    assert ending(bench.pass_time(8.0)) is FinishReason.STOP


def test_an_order_is_answered_with_all_that_there_is_to_say(bench: Bench) -> None:
    bench.models = OneModel("a")
    bench.start()
    bench.say(SwitchModel(1, "a"))
    assert [m.name for m in bench.pass_time(1.0) if isinstance(m, ModelStatus)] == ["a", "old"]
