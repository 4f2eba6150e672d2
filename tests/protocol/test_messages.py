import math
import struct
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import LocalError, RemoteError
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
    decode,
    encode,
    segment_overhead_octets,
)
from protocol.model_messages import ListModels, ModelFault, ModelState, ModelStatus, RemoveModel, SwitchModel
from protocol.space_packet import SpacePacket

ID = bytes(range(8))
IDS = st.binary(min_size=8, max_size=8)
COUNTS = st.integers(0, 2**32 - 1)
TEXTS = st.text(max_size=50)
NAMES = st.sampled_from(["smollm2-135m", "a", "qwen3_0.6b"])
SPANS_S = st.floats(0, 1e9, width=32)
READINGS = st.none() | st.floats(-1000, 1000, width=32)
ENDS = st.builds(
    AnswerEnd,
    st.sampled_from(FinishReason),
    COUNTS,
    COUNTS,
    SPANS_S,
    st.none() | SPANS_S,
    READINGS,
    st.none() | st.integers(1, 65535),
    st.none() | SPANS_S,
    st.none() | SPANS_S,
)
SEGMENTS = st.builds(AnswerSegment, IDS, st.integers(0, 65535), TEXTS, st.none() | ENDS)


@st.composite
def missings(draw: st.DrawFn) -> Missing:
    indices = sorted(draw(st.sets(st.integers(0, 65535), max_size=64)))
    lowest = indices[-1] + 1 if indices else 0
    return Missing(draw(IDS), tuple(indices), draw(st.integers(lowest, 65536)))


MESSAGES: st.SearchStrategy[Message] = st.one_of(
    st.builds(
        Prompt,
        IDS,
        TEXTS,
        st.integers(1, 65535),
        st.floats(0, 10, width=32),
        COUNTS,
        st.lists(st.text(max_size=8), max_size=16).map(tuple),
        st.none() | SPANS_S,
        st.none() | SPANS_S,
        st.none() | TEXTS,
        st.lists(st.tuples(TEXTS, TEXTS), max_size=32).map(
            lambda pairs: tuple(text for pair in pairs for text in pair)
        ),
    ),
    st.builds(Accepted, IDS, COUNTS),
    SEGMENTS,
    missings(),
    st.builds(Cancel, IDS),
    st.builds(Confirm, st.lists(IDS, max_size=16).map(tuple)),
    st.builds(SwitchModel, st.integers(1, 2**32 - 1), NAMES),
    st.builds(RemoveModel, st.integers(1, 2**32 - 1), NAMES),
    st.just(ListModels()),
    st.builds(
        ModelStatus,
        COUNTS,
        NAMES,
        st.sampled_from(ModelState),
        st.just(b"") | st.binary(min_size=32, max_size=32),
        st.none() | st.sampled_from(ModelFault),
        TEXTS,
    ),
    st.builds(Refusal, IDS, st.sampled_from(RefusalReason), TEXTS),
    st.builds(
        Health,
        SPANS_S,
        COUNTS,
        st.booleans(),
        COUNTS,
        COUNTS,
        READINGS,
        READINGS,
        READINGS,
        st.none() | st.booleans(),
        st.none() | COUNTS,
        st.none() | st.floats(0, 1, width=32),
        READINGS,
        st.none() | TEXTS,
        READINGS,
        st.none() | st.floats(-1e9, 1e9, width=32),
    ),
)


@given(message=MESSAGES)
def test_round_trip(message: Message) -> None:
    assert decode(encode(message)) == message


@given(data=st.binary(max_size=60))
def test_any_octets_decode_or_are_refused(data: bytes) -> None:
    try:
        message = decode(data)
    except RemoteError:
        return
    assert encode(decode(encode(message))) == encode(message)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.binary(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.integers(0, 9), inner, max_size=3),
    max_leaves=5,
)


@given(number=st.integers(1, 12), fields=st.dictionaries(st.integers(2, 11), VALUES), has_id=st.booleans())
def test_any_fields_decode_or_are_refused(number: int, fields: dict[int, object], has_id: bool) -> None:
    item = {0: number, **fields} | ({1: ID} if has_id else {})
    try:
        message = decode(cbor2.dumps(item))
    except RemoteError:
        return
    assert encode(decode(encode(message))) == encode(message)


@given(message=MESSAGES, extra=st.dictionaries(st.integers(20, 99), VALUES.filter(lambda v: type(v) is not int)))
def test_unknown_keys_are_ignored(message: Message, extra: dict[int, object]) -> None:
    item = cbor2.loads(encode(message)) | {key: repr(value) for key, value in extra.items()}
    assert decode(cbor2.dumps(item)) == message


LAST_REQUIRED_KEY = {Prompt: 3, Accepted: 2, AnswerSegment: 3, Missing: 3, Cancel: 1, Refusal: 3, Health: 5, Confirm: 1}
LAST_REQUIRED_KEY |= {SwitchModel: 2, RemoveModel: 2, ListModels: 0, ModelStatus: 3}


@given(message=MESSAGES, data=st.data())
def test_a_missing_key_is_refused_unless_its_field_has_a_default(message: Message, data: st.DataObject) -> None:
    item = cbor2.loads(encode(message))
    key = data.draw(st.sampled_from(sorted(item)))
    del item[key]
    if key > LAST_REQUIRED_KEY[type(message)]:
        assert type(decode(cbor2.dumps(item))) is type(message)
    else:
        with pytest.raises(RemoteError):
            decode(cbor2.dumps(item))


def test_the_octets_on_the_link() -> None:
    end = AnswerEnd(FinishReason.LENGTH, 3, 4, 0.5)
    metered = AnswerEnd(FinishReason.LENGTH, 3, 4, 0.5, 8.25, 41.5, 4, 2.0, 0.25)
    bare: dict[int, object] = {0: 1, 1: ID, 2: "", 3: 1, 4: 0.0, 5: 0, 6: [], 10: []}
    end_items: dict[int, object] = {1: 1, 2: 3, 3: 4, 4: 0.5}
    warm = Health(1.0, 2, True, 3, 4, battery_charge=0.5, payload_temperature_c=60.5, waits_for="sun")
    heard = Health(1.0, 2, True, 3, 4, uplink_es_n0_db=9.5, uplink_offset_hz=-1500.5)
    healthy: dict[int, object] = {0: 7, 1: 1.0, 2: 2, 3: True, 4: 3, 5: 4}
    items: dict[Message, dict[int, object]] = {
        Prompt(ID, "hi", 9, 0.5, 7, ("x",), 2.0): {0: 1, 1: ID, 2: "hi", 3: 9, 4: 0.5, 5: 7, 6: ["x"], 7: 2.0, 10: []},
        Accepted(ID, 2): {0: 2, 1: ID, 2: 2},
        Prompt(ID, "", 1, contact_left_s=9.5): bare | {8: 9.5},
        Prompt(ID, "", 1, system="s", turns=("a", "b")): bare | {9: "s", 10: ["a", "b"]},
        AnswerSegment(ID, 5, "t", end): {0: 3, 1: ID, 2: 5, 3: "t", 4: end_items},
        AnswerSegment(ID, 6, "", metered): {
            0: 3,
            1: ID,
            2: 6,
            3: "",
            4: end_items | {5: 8.25, 6: 41.5, 7: 4, 8: 2, 9: 0.25},
        },
        Missing(ID, (1, 3), 6): {0: 4, 1: ID, 2: [1, 3], 3: 6},
        Cancel(ID): {0: 5, 1: ID},
        Refusal(ID, RefusalReason.DEADLINE_PAST, "d"): {0: 6, 1: ID, 2: 2, 3: "d"},
        Health(1.0, 2, True, 3, 4): healthy,
        heard: healthy | {14: 9.5, 15: -1500.5},
        warm: healthy | {11: 0.5, 12: 60.5, 13: "sun"},
        Confirm((ID, ID)): {0: 8, 1: [ID, ID]},
        SwitchModel(3, "new"): {0: 9, 1: 3, 2: "new"},
        RemoveModel(4, "old"): {0: 10, 1: 4, 2: "old"},
        ListModels(): {0: 11},
        ModelStatus(3, "new", ModelState.FAILED, fault=ModelFault.TIMED_OUT): {
            0: 12,
            1: 3,
            2: "new",
            3: 4,
            4: b"",
            5: 12,
            6: "",
        },
    }
    for message, item in items.items():
        assert cbor2.loads(encode(message)) == item


def test_the_numbers_of_the_reasons() -> None:
    finish = ["stop", "length", "cancelled", "deadline", "error"]
    assert [reason.value for reason in FinishReason] == finish
    refusal = ["queue_full", "prompt_too_long", "deadline_past", "unknown_prompt", "cancelled", "journal_full"]
    refusal += ["confirmed", "low_battery", "too_hot"]
    assert [reason.value for reason in RefusalReason] == refusal


@given(value=st.floats(0, 10))
def test_a_float_is_rounded_to_32_bits(value: float) -> None:
    message = decode(encode(Prompt(ID, "", 1, temperature=value)))
    assert isinstance(message, Prompt)
    assert message.temperature == struct.unpack("f", struct.pack("f", value))[0]


@pytest.mark.parametrize(
    "item",
    [
        {},
        {0: 99, 1: ID},
        {0: 0, 1: ID},
        {0: True, 1: ID},
        {0: "1", 1: ID},
        {0: [], 1: ID},
        {0: 5},
        {0: 5, 1: ID[:7]},
        {0: 5, 1: ID + b"8"},
        {0: 5, 1: "12345678"},
        {0: 5, 1: None},
        {0: 2, 1: ID, 2: -1},
        {0: 2, 1: ID, 2: True},
        {0: 2, 1: ID, 2: 1.0},
        {0: 2, 1: ID, 2: 2**32},
        {0: 1, 1: ID, 2: "", 3: 0},
        {0: 1, 1: ID, 2: "", 3: 1, 4: math.nan},
        {0: 1, 1: ID, 2: "", 3: 1, 4: math.inf},
        {0: 1, 1: ID, 2: "", 3: 1, 6: "stop"},
        {0: 1, 1: ID, 2: "", 3: 1, 6: [1]},
        {0: 1, 1: ID, 2: "", 3: 1, 6: [""] * 17},
        {0: 1, 1: ID, 2: "", 3: 1, 7: -1.0},
        {0: 1, 1: ID, 2: "", 3: 1, 8: -1.0},
        {0: 1, 1: ID, 2: "", 3: 1, 9: b"s"},
        {0: 1, 1: ID, 2: "", 3: 1, 10: "ab"},
        {0: 1, 1: ID, 2: "", 3: 1, 10: ["a"]},
        {0: 1, 1: ID, 2: "", 3: 1, 10: ["a", 1]},
        {0: 1, 1: ID, 2: "", 3: 1, 10: [""] * 66},
        {0: 3, 1: ID, 2: 65536, 3: ""},
        {0: 3, 1: ID, 2: 0, 3: b""},
        {0: 3, 1: ID, 2: 0, 3: "", 4: {}},
        {0: 3, 1: ID, 2: 0, 3: "", 4: []},
        {0: 3, 1: ID, 2: 0, 3: "", 4: {1: 5, 2: 0, 3: 0, 4: 0.0}},
        {0: 3, 1: ID, 2: 0, 3: "", 4: {1: 0, 2: 0, 3: 0, 4: 0.0, 5: -1.0}},
        {0: 3, 1: ID, 2: 0, 3: "", 4: {1: 0, 2: 0, 3: 0, 4: 0.0, 7: 0}},
        {0: 4, 1: ID, 2: list(range(65)), 3: 100},
        {0: 4, 1: ID, 2: [1, 1], 3: 100},
        {0: 4, 1: ID, 2: [2, 1], 3: 100},
        {0: 4, 1: ID, 2: [100], 3: 100},
        {0: 4, 1: ID, 2: [], 3: 65537},
        {0: 6, 1: ID, 2: 9, 3: ""},
        {0: 8, 1: ID},
        {0: 8, 1: [ID[:7]]},
        {0: 8, 1: [1]},
        {0: 8, 1: [ID] * 17},
        {0: 7, 1: 1.0, 2: 0, 3: 1, 4: 0, 5: 0},
        {0: 7, 1: 1.0, 2: 0, 3: True, 4: 0, 5: 0, 6: 2000.0},
    ],
)
def test_malformed_messages_are_refused(item: dict[int, object]) -> None:
    with pytest.raises(RemoteError):
        decode(cbor2.dumps(item))


@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        (Prompt, (ID, "x" * 60001, 1), "text"),
        (Prompt, (ID, "\udc80", 1), "text"),
        (Prompt, (ID, "", 65536), "max_tokens"),
        (Prompt, (ID, "", 1, 10.1), "temperature"),
        (Prompt, (ID, "", 1, 0, 2**32), "seed"),
        (Prompt, (ID, "", 1, 0, 0, ["x"]), "stop"),
        (Prompt, (ID, "", 1, 0, 0, ("x" * 257,)), "stop"),
        (AnswerSegment, (ID, 0, "", 3), "end"),
        (AnswerEnd, ("stop", 0, 0, 0.0), "finish_reason"),
        (AnswerEnd, (FinishReason.STOP, 0, 0, -1.0), "inference_s"),
        (AnswerEnd, (FinishReason.STOP, 0, 0, 0.0, -1.0), "energy_j"),
        (AnswerEnd, (FinishReason.STOP, 0, 0, 0.0, None, math.nan), "peak_temperature_c"),
        (AnswerEnd, (FinishReason.STOP, 0, 0, 0.0, None, None, 0), "shortened_to"),
        (AnswerEnd, (FinishReason.STOP, 0, 0, 0.0, None, None, None, -1.0), "waited_s"),
        (AnswerEnd, (FinishReason.STOP, 0, 0, 0.0, None, None, None, 0.0, math.nan), "prefill_s"),
        (Prompt, (ID, "", 1, 0, 0, (), None, -1.0), "contact_left_s"),
        (Prompt, (ID, "", 1, 0, 0, (), None, None, 5), "system"),
        (Prompt, (ID, "x", 1, 0, 0, (), None, None, "x" * 60000), "system"),
        (Prompt, (ID, "x", 1, 0, 0, (), None, None, None, ("é" * 15000, "é" * 15000)), "turns"),
        (Prompt, (ID, "x", 1, 0, 0, (), None, None, None, ("a",)), "turns"),
        (Prompt, (ID, "x", 1, 0, 0, (), None, None, None, ["a", "b"]), "turns"),
        (Prompt, (ID, "x", 1, 0, 0, (), None, None, None, ("",) * 66), "turns"),
        (Prompt, (ID, "x", 1, 0, 0, (), None, None, None, ("a", "\udc80")), "turns"),
        (Missing, (ID, (3,), 2), "indices"),
        (Refusal, (ID, "cancelled", ""), "reason"),
        (Refusal, (ID, RefusalReason.CANCELLED, "x" * 1001), "detail"),
        (Health, (1.0, 0, False, 0, 0, None, None, math.nan), "temperature_c"),
        (Health, (1.0, 0, False, 0, 0, None, None, None, 1), "payload_rail_on"),
        (Health, (1.0, 0, False, 0, 0, None, None, None, True, -1), "watchdog_resets"),
        (Health, (1.0, 0, False, 0, 0, None, None, None, True, 0, 1.1), "battery_charge"),
        (Health, (1.0, 0, False, 0, 0, None, None, None, True, 0, None, 1e9), "payload_temperature_c"),
        (Health, (1.0, 0, False, 0, 0, None, None, None, True, 0, None, None, "x" * 1001), "waits_for"),
        (Health, (*(1.0, 0, False, 0, 0), *[None] * 8, 1000.1), "uplink_es_n0_db"),
        (Health, (*(1.0, 0, False, 0, 0), *[None] * 9, math.inf), "uplink_offset_hz"),
    ],
)
def test_a_field_out_of_range_is_the_callers_mistake(kind: Any, fields: tuple[Any, ...], field: str) -> None:
    with pytest.raises(LocalError) as caught:
        kind(*fields)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("kind", "rest"),
    [
        (Prompt, ("", 1)),
        (Accepted, (0,)),
        (AnswerSegment, (0, "")),
        (Missing, ((), 0)),
        (Cancel, ()),
        (Refusal, (RefusalReason.CANCELLED, "")),
    ],
)
def test_a_prompt_id_has_8_octets(kind: Any, rest: tuple[Any, ...]) -> None:
    assert kind(ID, *rest).prompt_id == ID
    for prompt_id in (ID[:7], ID + b"8", "12345678"):
        with pytest.raises(LocalError, match="prompt_id"):
            kind(prompt_id, *rest)


def test_the_longest_message_fits_into_a_packet() -> None:
    how = (65535, 0.1, 2**32 - 1, ("x" * 256,) * 16, 0.1, 0.1)
    for prompt in (
        Prompt(ID, "x" * 60000, *how, "", ("",) * 64),
        Prompt(ID, "", *how, "x" * (60000 - 64 * 900), ("x" * 900,) * 64),
    ):
        packet = SpacePacket(1, True, 0, encode(prompt))
        assert SpacePacket.parse(packet.encode()) == packet


def test_all_that_the_model_reads_is_counted() -> None:
    assert Prompt(ID, "é", 1).conversation_octets == 2
    assert Prompt(ID, "é", 1, system="abc", turns=("de", "日")).conversation_octets == 10


def test_only_messages_are_encoded() -> None:
    with pytest.raises(LocalError, match="Prompt, Accepted"):
        encode(AnswerEnd(FinishReason.STOP, 0, 0, 0.0))  # type: ignore[arg-type]


@given(segment=SEGMENTS)
def test_the_overhead_of_a_segment_bounds_its_packet(segment: AnswerSegment) -> None:
    packet = SpacePacket(1, False, 0, encode(segment)).encode()
    assert len(packet) - len(segment.text.encode()) <= segment_overhead_octets(segment.end)


def test_the_overhead_of_a_segment_is_small() -> None:
    assert segment_overhead_octets(None) == 29
    assert segment_overhead_octets(AnswerEnd(FinishReason.STOP, 100, 256, 2.6)) <= 46
    longest = AnswerSegment(ID, 65535, "x" * 60000)
    assert len(SpacePacket(1, False, 0, encode(longest)).encode()) == 60000 + 29
