import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.answer import AnswerAssembler, AnswerBuffer
from protocol.errors import LocalError, RemoteError
from protocol.messages import AnswerEnd, AnswerSegment, FinishReason, Missing

ID = bytes(8)
OTHER_ID = bytes(7) + b"x"
END = AnswerEnd(FinishReason.STOP, 3, 4, 1.0)

TOKENS = st.lists(st.text(alphabet="ab \u00e9\u20ac\U0001f680", max_size=5), max_size=30)


def buffer(*tokens: str, finished: bool = True) -> AnswerBuffer:
    made = AnswerBuffer(ID)
    for token in tokens:
        made.append(token)
    if finished:
        made.finish(END)
    return made


def cut_all(source: AnswerBuffer, max_octets: int = 8) -> list[AnswerSegment]:
    return list(iter(lambda: source.next_segment(max_octets), None))


def segment(index: int, text: str, end: AnswerEnd | None = None) -> AnswerSegment:
    return AnswerSegment(ID, index, text, end)


def test_a_segment_takes_the_whole_tokens_that_fit() -> None:
    source = buffer("one", " two", " three")
    assert cut_all(source) == [segment(0, "one two"), segment(1, " three", END)]
    assert not source.pending


def test_a_token_longer_than_the_room_is_cut_between_characters() -> None:
    source = buffer("\u20ac\u20ac\u20ac")
    assert [cut.text for cut in cut_all(source, 7)] == ["\u20ac\u20ac", "\u20ac"]


def test_nothing_is_cut_where_no_character_fits() -> None:
    source = buffer("\U0001f680")
    assert source.next_segment(3) is None
    assert source.next_segment(-5) is None
    assert source.pending
    assert source.next_segment(4) == segment(0, "\U0001f680", END)


def test_the_end_goes_alone_when_the_text_went_before() -> None:
    source = buffer("one", finished=False)
    assert cut_all(source) == [segment(0, "one")]
    assert not source.pending
    source.finish(END)
    assert source.pending
    assert source.next_segment(-1) is None
    assert cut_all(source, 0) == [segment(1, "", END)]
    assert not source.pending
    assert source.end == END


def test_resends_go_first_once_each_whatever_their_length() -> None:
    source = buffer("one", "two", "three", finished=False)
    cut = [source.next_segment(5) for _ in range(3)]
    source.append("four")
    source.resend(Missing(ID, (0, 1), 2))
    source.resend(Missing(ID, (1,), 2))
    assert [source.next_segment(5) for _ in range(4)] == [*cut, segment(3, "four")]
    assert source.resent == 3
    source.resend(Missing(ID, (), 0))
    assert source.next_segment(0) == cut[0]


def test_what_was_not_cut_is_not_sent_again() -> None:
    source = buffer("one", finished=False)
    source.resend(Missing(ID, (0, 5), 6))
    assert source.next_segment(9) == segment(0, "one")
    assert source.resent == 0


@given(tokens=TOKENS, rooms=st.lists(st.integers(-1, 12), max_size=40))
def test_segments_join_to_the_text_and_fit(tokens: list[str], rooms: list[int]) -> None:
    source = buffer(*tokens)
    cut = []
    for room in rooms:
        made = source.next_segment(room)
        if made is not None:
            assert len(made.text.encode()) <= room
            cut.append(made)
    cut += cut_all(source, 4)
    assert "".join(part.text for part in cut) == "".join(tokens)
    assert [part.index for part in cut] == list(range(len(cut)))
    assert [part.end for part in cut] == [None] * (len(cut) - 1) + [END]


@given(tokens=TOKENS)
def test_segments_end_on_token_boundaries(tokens: list[str]) -> None:
    boundaries = {len("".join(tokens[:number])) for number in range(len(tokens) + 1)}
    length = 0
    for part in cut_all(buffer(*tokens), 20):  # no token is longer
        length += len(part.text)
        assert length in boundaries


@given(tokens=TOKENS, data=st.data())
def test_whatever_is_lost_or_repeated_the_answer_completes(tokens: list[str], data: st.DataObject) -> None:
    source, target, shown = buffer(finished=False), AnswerAssembler(ID), ""
    waiting = list(tokens)
    for round_ in range(1000):
        if waiting:
            source.append(waiting.pop(0))
        elif source.end is None:
            source.finish(END)
        made = source.next_segment(data.draw(st.integers(4, 12)))
        while made is not None:
            copies = data.draw(st.integers(0, 2)) if round_ < 20 else 1
            shown += "".join(target.receive(made) for _ in range(copies))
            made = source.next_segment(12)
        missing = target.missing()
        if missing is None:
            break
        source.resend(missing)
    assert target.complete
    assert shown == target.text == "".join(tokens)
    assert target.end == END
    assert target.missing() is None


@given(tokens=TOKENS, rooms=st.lists(st.integers(1, 12), max_size=20), ended=st.booleans())
def test_a_restored_answer_goes_on_where_it_was(tokens: list[str], rooms: list[int], ended: bool) -> None:
    source = buffer(*tokens, finished=ended)
    for room in rooms:
        source.next_segment(room)
    restored = AnswerBuffer.restored(ID, source.segments, source.rest, source.end)
    assert restored.end == source.end
    assert restored.rest == source.rest
    restored.resend(Missing(ID, (), 0))
    if not ended:
        restored.append("!")
        restored.finish(END)
    collected = AnswerAssembler(ID)
    for each in cut_all(restored):
        collected.receive(each)
    assert collected.complete
    assert collected.text == "".join(tokens) + ("" if ended else "!")


def test_text_shows_as_soon_as_it_is_contiguous() -> None:
    target = AnswerAssembler(ID)
    assert target.missing() == Missing(ID, (), 0)
    assert target.receive(segment(2, "c")) == ""
    assert target.receive(segment(0, "a")) == "a"
    assert (target.next_index, target.highest_index, target.missing_indices) == (1, 2, (1,))
    assert target.missing() == Missing(ID, (1,), 3)
    assert target.receive(segment(1, "b")) == "bc"
    assert target.receive(segment(1, "b")) == ""
    assert not target.complete
    assert target.receive(segment(3, "", END)) == ""
    assert target.complete
    assert target.text == "abc"


def test_the_end_may_come_before_the_rest() -> None:
    target = AnswerAssembler(ID)
    target.receive(segment(1, "b", END))
    assert target.end == END
    assert not target.complete
    assert target.missing() == Missing(ID, (0,), 2)


def test_at_most_64_gaps_are_asked_for_at_once() -> None:
    target = AnswerAssembler(ID)
    target.receive(segment(65535, "z", END))
    assert target.missing() == Missing(ID, tuple(range(64)), 65536)


@pytest.mark.parametrize(
    ("before", "contradiction"),
    [
        (segment(0, "a"), segment(0, "b")),
        (segment(0, "a"), segment(0, "a", END)),
        (segment(1, "a", END), segment(2, "b")),
        (segment(1, "a", END), segment(2, "b", END)),
        (segment(3, "a"), segment(1, "b", END)),
    ],
)
def test_segments_that_contradict_are_refused_and_change_nothing(
    before: AnswerSegment, contradiction: AnswerSegment
) -> None:
    target = AnswerAssembler(ID)
    target.receive(before)
    state = (target.text, target.end, target.missing(), target.highest_index)
    with pytest.raises(RemoteError):
        target.receive(contradiction)
    assert (target.text, target.end, target.missing(), target.highest_index) == state


def test_what_belongs_to_another_prompt_is_the_callers_mistake() -> None:
    with pytest.raises(LocalError):
        AnswerAssembler(ID).receive(AnswerSegment(OTHER_ID, 0, "a"))
    with pytest.raises(LocalError):
        buffer("a").resend(Missing(OTHER_ID, (), 0))


def test_a_finished_answer_takes_nothing_more() -> None:
    source = buffer("a")
    with pytest.raises(LocalError):
        source.append("b")
    with pytest.raises(LocalError):
        source.finish(END)


def test_text_that_utf8_cannot_hold_is_the_callers_mistake() -> None:
    with pytest.raises(LocalError):
        buffer("\ud83d")


@pytest.mark.parametrize("kind", [AnswerBuffer, AnswerAssembler])
def test_a_prompt_id_has_8_octets(kind: type) -> None:
    with pytest.raises(LocalError):
        kind(b"1234567")
