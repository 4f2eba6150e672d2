from hypothesis import given
from hypothesis import strategies as st

from flatsat.contact_rest import Downlink, tokens_in
from flatsat.pace import AnswerTimes

SLOW = AnswerTimes(prefill_s=1.0, token_s=0.1, token_octets=5.0)
FAST = AnswerTimes(prefill_s=0.0, token_s=0.0001, token_octets=5.0)
DOWNLINK = Downlink(frame_s=0.2, text_octets=100)


def test_a_slow_model_is_bound_by_its_tokens() -> None:
    # 10 s less prefill, three frames and the margin: 8.3 s
    assert tokens_in(10.0, SLOW, DOWNLINK) == 1 + 83


def test_a_fast_model_is_bound_by_the_downlink() -> None:
    # 9.3 s are 46 frames, and the one that three were set aside for
    assert tokens_in(10.0, FAST, DOWNLINK) == 47 * 100 // 5


def test_other_answers_go_first() -> None:
    assert tokens_in(10.0, FAST, DOWNLINK, backlog_octets=1001) == (47 - 11) * 100 // 5
    assert tokens_in(10.0, FAST, DOWNLINK, backlog_octets=10_000) == 0


def test_where_there_is_no_time_nothing_fits() -> None:
    assert [tokens_in(left_s, SLOW, DOWNLINK) for left_s in (-5.0, 0.0, 1.69, 1.71)] == [0, 0, 0, 1]


@given(
    left_s=st.floats(0, 1000),
    prefill_s=st.floats(0, 10),
    token_s=st.floats(0, 2),
    octets=st.floats(0, 50),
    frame_s=st.floats(0.01, 2),
)
def test_what_fits_is_down_in_time(
    left_s: float, prefill_s: float, token_s: float, octets: float, frame_s: float
) -> None:
    tokens = tokens_in(left_s, AnswerTimes(prefill_s, token_s, octets), Downlink(frame_s, 150))
    if tokens:
        frames = -(-tokens * octets // 150)
        generated_s = prefill_s + (tokens - 1) * token_s
        assert generated_s + 2 * frame_s <= left_s + 1e-6
        assert prefill_s + frames * frame_s <= left_s + 1e-6
