"""What is asked over an orbit, and what the scripted engine says to it."""

import random

_SENTENCE = "The coast below is dark but for the towns along it, and the river can be told by its bridges. "
_SENTENCE_TOKENS = 27
"""As the scripted engine cuts it."""


def questions(prompts: int, max_tokens: int, seed: int) -> dict[str, str]:
    """Return so many questions with their answers, of 0.3 to 1.3 times the most tokens that an answer may have."""
    rng = random.Random(seed)
    return {f"Question {number}: what do you see?": _text(max_tokens, rng) for number in range(1, prompts + 1)}


def _text(max_tokens: int, rng: random.Random) -> str:
    sentences = max(1, round(rng.uniform(0.3, 1.3) * max_tokens / _SENTENCE_TOKENS))
    return (_SENTENCE * sentences).strip()
