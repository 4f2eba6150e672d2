"""Every parser and machine, with whatever comes to hypothesis' mind, and with the corpus; no atheris is needed."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.corpus import kept, seeds
from fuzz.inputs import changed
from fuzz.parser import Parser
from fuzz.targets import TARGETS, parsers_of, selected

PARSERS = [pytest.param(parser, id=parser.name) for target in TARGETS for parser in parsers_of(target)]
SLOW = {
    "study",
    "SigMF",
    "samples",
    "CLTU, LDPC (128,64)",
    "CLTU, LDPC (512,256)",
    "flatsat's journal",
    "ground's journal",
}
MOST_CORPUS_OCTETS = 300_000

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of arithmetic on what is no number


@pytest.mark.parametrize("parser", PARSERS)
def test_examples_are_read(parser: Parser) -> None:
    assert all(map(parser.accepts, parser.examples()))


@pytest.mark.parametrize("parser", PARSERS)
def test_whatever_comes_is_a_value_or_a_refusal(parser: Parser) -> None:
    examples = parser.examples()
    damaged = st.builds(
        lambda example, seed: changed(example, examples, Random(seed)), st.sampled_from(examples), SEEDS
    )

    @settings(max_examples=5 if parser.name in SLOW else 40)
    @given(st.binary(max_size=300) | damaged)
    def take(octets: bytes) -> None:
        parser.accepts(octets)

    take()


SEEDS = st.integers(0, 2**32)


@pytest.mark.parametrize("target", TARGETS)
def test_the_corpus_does_no_harm(target: str) -> None:
    for octets in kept(target).values():
        parser, given_octets = selected(target, octets)
        parser.accepts(given_octets)


@pytest.mark.parametrize("target", TARGETS)
def test_the_corpus_holds_every_parsers_examples(target: str) -> None:
    assert {name for name, _ in seeds(target)} <= kept(target).keys()


def test_the_corpus_is_small() -> None:
    assert sum(len(octets) for target in TARGETS for octets in kept(target).values()) < MOST_CORPUS_OCTETS


def test_an_empty_input_selects_a_parser_too() -> None:
    assert selected("air", b"") == (parsers_of("air")[0], b"")
