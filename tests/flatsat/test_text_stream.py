from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flatsat.text_stream import AnswerStream, IncrementalDecoder, StopFilter
from protocol.messages import FinishReason

Decode = Callable[[Sequence[int]], str]


def decode_bytes(ids: Sequence[int]) -> str:
    """A byte-level tokenizer: token 256 is special and skipped."""
    return bytes(i for i in ids if i < 256).decode("utf-8", errors="replace")


def decode_words(ids: Sequence[int]) -> str:
    """A tokenizer that marks words by a leading space and takes it off the beginning of the text."""
    words = [" a", " bc", "d", "", " é"]
    return "".join(words[i] for i in ids).removeprefix(" ")


def pieces(decode: Decode, ids: Sequence[int]) -> list[str]:
    decoder = IncrementalDecoder(decode)
    return [*(decoder.push(i) for i in ids), decoder.finish()]


def filtered(stop: tuple[str, ...], texts: Sequence[str]) -> tuple[str, bool]:
    stop_filter = StopFilter(stop)
    return "".join([*map(stop_filter.push, texts), stop_filter.finish()]), stop_filter.matched


def cut_at_first_stop(text: str, stop: tuple[str, ...]) -> tuple[str, bool]:
    """The definition, one character at a time: the text before the stop string that is completed first."""
    for end in range(1, len(text) + 1):
        ending = [s for s in stop if text[:end].endswith(s)]
        if ending:
            return text[: end - max(map(len, ending))], True
    return text, False


mixed_ids = st.lists(
    st.one_of(st.integers(0, 256), st.sampled_from(list("🛰️é日本".encode())), st.just(256)), max_size=40
)


@given(mixed_ids)
def test_pieces_joined_equal_the_whole_of_byte_tokens(ids: list[int]) -> None:
    assert "".join(pieces(decode_bytes, ids)) == decode_bytes(ids)


@given(st.lists(st.integers(0, 4)))
def test_pieces_joined_equal_the_whole_of_word_tokens(ids: list[int]) -> None:
    assert "".join(pieces(decode_words, ids)) == decode_words(ids)


@given(st.text())
def test_text_comes_one_whole_character_at_a_time(text: str) -> None:
    ids = list(text.encode())
    shown = [piece for piece in pieces(decode_bytes, ids) if piece]
    if "\N{REPLACEMENT CHARACTER}" not in text:
        assert shown == list(text)


def test_a_character_cut_short_shows_only_at_the_end() -> None:
    assert pieces(decode_bytes, list(b"a" + "é".encode()[:1])) == ["a", "", "\N{REPLACEMENT CHARACTER}"]


@given(st.lists(st.text("ab", max_size=3)), st.lists(st.text("ab", min_size=1, max_size=4), max_size=3))
def test_stop_filter_does_what_the_definition_says_however_the_text_is_cut(texts: list[str], stop: list[str]) -> None:
    assert filtered(tuple(stop), texts) == cut_at_first_stop("".join(texts), tuple(stop))


def test_stop_filter_holds_back_no_more_than_it_must() -> None:
    stop_filter = StopFilter(("END",))
    assert [stop_filter.push(text) for text in ("one E", "N two", " EN", "D three")] == [
        "one ",
        "EN two",
        " ",
        "",
    ]
    assert stop_filter.matched


def test_nothing_comes_after_a_stop_string() -> None:
    stop_filter = StopFilter(("x",))
    assert [stop_filter.push("ax"), stop_filter.push("b"), stop_filter.finish()] == ["a", "", ""]


@pytest.mark.parametrize(
    ("text", "max_tokens", "stop", "shown", "reason", "tokens"),
    [
        (b"hello\x00", 99, (), "hello", FinishReason.STOP, 6),
        (b"hello\x00", 3, (), "hel", FinishReason.LENGTH, 3),
        (b"hello\x00", 99, ("ll",), "he", FinishReason.STOP, 4),
        (b"hello\x00", 99, ("ox",), "hello", FinishReason.STOP, 6),
        (b"hello\x00", 5, ("ox",), "hello", FinishReason.LENGTH, 5),
        (b"hello\x00", 4, ("ll",), "he", FinishReason.STOP, 4),
        ("né".encode(), 2, (), "n\N{REPLACEMENT CHARACTER}", FinishReason.LENGTH, 2),
    ],
)
def test_an_answer_ends_with_its_text_complete(
    text: bytes, max_tokens: int, stop: tuple[str, ...], shown: str, reason: FinishReason, tokens: int
) -> None:
    def decode(ids: Sequence[int]) -> str:
        return decode_bytes([i or 256 for i in ids])

    stream = AnswerStream(decode, frozenset({0}), max_tokens, stop)
    got = ""
    for token_id in text:
        got += stream.push(token_id)
        if stream.reason is not None:
            break
    assert (got, stream.reason, stream.tokens) == (shown, reason, tokens)
