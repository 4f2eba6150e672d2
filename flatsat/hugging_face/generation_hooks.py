"""What is called at each token of a generation: to see it, to choose it, to refuse it."""

import math
from collections.abc import Callable

import torch
import transformers

from flatsat.background_generation import OnToken
from flatsat.engine import GenerationRequest
from flatsat.errors import EngineError


class Watch(transformers.StoppingCriteria):  # type: ignore[misc]
    """Sees every token as soon as it is chosen, and stops `generate` where the answer ends."""

    def __init__(self, on_token: OnToken) -> None:
        self._on_token = on_token

    def __call__(self, input_ids: torch.Tensor, *_: object, **__: object) -> torch.Tensor:
        """Return whether to stop after these ids, int64 (1, n), as bool (1,)."""
        done = self._on_token(int(input_ids[0, -1]))
        return torch.full((1,), done, device=input_ids.device, dtype=torch.bool)


class Finite(transformers.LogitsProcessor):  # type: ignore[misc]
    """Ends an answer where the model's output is no number: without it the rest would be one token, again and again."""

    def __init__(self, on_bad: Callable[[], None]) -> None:
        self._on_bad = on_bad

    def __call__(self, _input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Return the scores (1, vocabulary) as they are. Raises EngineError if one is no number."""
        if not math.isfinite(float(scores.max())):  # a NaN anywhere is the maximum
            self._on_bad()
            raise EngineError("the model's output is not a number: its weights may have changed")
        return scores


class SeededSampling(transformers.LogitsProcessor):  # type: ignore[misc]
    """Draws a token with a generator of its own and leaves it as the only candidate.

    `generate` itself draws from torch's global generator, which other threads use too.
    """

    def __init__(self, temperature: float, seed: int, device: torch.device) -> None:
        self._temperature = temperature
        self._random = torch.Generator(device).manual_seed(seed)

    def __call__(self, _input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Return scores (1, vocabulary) that rule out all but the token drawn."""
        probabilities = torch.softmax(scores / self._temperature, dim=-1)
        drawn = torch.multinomial(probabilities, num_samples=1, generator=self._random)
        return torch.full_like(scores, -torch.inf).scatter(1, drawn, 0.0)


def sampling(request: GenerationRequest, device: torch.device) -> list[SeededSampling]:
    """Return what chooses the tokens of a request, nothing for the likeliest."""
    if request.temperature == 0:
        return []
    return [SeededSampling(request.temperature, request.seed, device)]
