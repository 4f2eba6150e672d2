"""The engine that runs a real model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jinja2 import TemplateError

from flatsat.background_generation import BackgroundGeneration, OnToken
from flatsat.engine import GenerationRequest, Notice, NoticeKind, PromptTooLong
from flatsat.errors import ConfigError, EngineError
from flatsat.hugging_face.generation_hooks import Finite, Watch, sampling
from flatsat.hugging_face.loading import DTYPES, load_model
from flatsat.hugging_face.progress import Progress, no_progress
from flatsat.hugging_face.torch_tensor import TorchTensor, parameters, stored_octets
from flatsat.model_files import find_model
from flatsat.refused_generation import RefusedGeneration
from flatsat.text_stream import AnswerStream, StopFilter
from flatsat.weights.flips import draw_flips, flip_bits
from flatsat.weights.scrubber import Scrubber
from flatsat.weights.tensor import tensor_hash

_DEVICES = ("cpu", "cuda")


class TransformersEngine:
    """Answers with a causal language model of the Hugging Face or the GGUF format.

    `model` is a directory or a .gguf file, None for the packaged SmolLM2-135M-Instruct; `gguf_file` names the
    file in a directory. `device` is cpu or cuda, `dtype` float32, bfloat16 or float16, `threads` torch's CPU
    threads. Every `scrub_period_s` the weights are compared with what they were, and restored from disk.
    `on_progress` is called with 0 to 1 while the model loads. A GGUF file is converted once; the result is kept in
    the user's cache directory.

    Raises ConfigError before any slow work if a setting cannot be used, EngineError if the model cannot be
    loaded.
    """

    runs_on_wall_clock = True
    ready = True
    alive = True

    def __init__(
        self,
        model: Path | None = None,
        gguf_file: str | None = None,
        device: str = "cpu",
        dtype: str = "float32",
        threads: int = 1,
        scrub_period_s: float = 10.0,
        on_progress: Progress | None = None,
    ) -> None:
        files = find_model(model, gguf_file)
        _check_compute(device, dtype, threads)
        torch.set_num_threads(threads)
        progress = on_progress or no_progress
        progress(0.0)
        loaded = load_model(files, dtype, progress)
        self._model, self._tokenizer = loaded.model.to(device).eval(), loaded.tokenizer
        self.weights = parameters(self._model)
        constants = [TorchTensor(name, tensor) for name, tensor in self._model.named_buffers()]
        hashes = {tensor.name: tensor_hash(tensor) for tensor in constants}
        hashes.update(loaded.hashes)
        stored = partial(stored_octets, loaded.directory, DTYPES[dtype])
        self.scrubber = Scrubber([*self.weights, *constants], hashes, stored, scrub_period_s)
        self._notices: list[Notice] = []
        self.steps = 0
        for layer in _layers(self._model):
            layer.register_forward_hook(self._step)
        self._end_ids = loaded.end_ids
        self._context_tokens = int(self._model.config.max_position_embeddings)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="inference")
        self._current: BackgroundGeneration | RefusedGeneration | None = None
        progress(1.0)

    @property
    def max_prompt_tokens(self) -> int:
        """The model's context, less one token for the answer."""
        return self._context_tokens - 1

    def count_tokens(self, request: GenerationRequest) -> int:
        """Return how many tokens the model reads, what comes before the prompt and the chat template included."""
        return int(self._encode(request).shape[1])

    def tick(self, now_s: float) -> list[Notice]:  # noqa: ARG002
        """Scrub a slice of the weights if it is time, which takes about 20 ms; return what was repaired or flipped.

        Raises EngineError for weights that cannot be restored: the engine is of no use any more.
        """
        repaired = [Notice(NoticeKind.REPAIRED, asdict(repair)) for repair in self.scrubber.tick()]
        notices, self._notices = self._notices + repaired, []
        return notices

    def flip(self, count: int, seed: int) -> None:
        """Flip bits of the weights. Raises ConfigError if there are not so many."""
        flips = draw_flips(self.weights, count, np.random.default_rng(seed))
        flip_bits(self.weights, flips)
        self._notices.append(Notice(NoticeKind.FLIPPED, {"flips": [asdict(flip) for flip in flips]}))

    def start(self, request: GenerationRequest, now_s: float) -> BackgroundGeneration | RefusedGeneration:  # noqa: ARG002
        """Begin an answer. Raises EngineError as the port says."""
        self._require_idle()
        prompt_ids = self._encode(request)
        prompt_tokens = int(prompt_ids.shape[1])
        room = self._context_tokens - prompt_tokens
        self._current = (
            RefusedGeneration(PromptTooLong(prompt_tokens, self.max_prompt_tokens))
            if room < 1
            else self._begin(request, prompt_ids, min(request.max_tokens, room))
        )
        return self._current

    def _begin(self, request: GenerationRequest, prompt_ids: torch.Tensor, max_tokens: int) -> BackgroundGeneration:
        """Have the worker answer a prompt, int64 (1, n), in `max_tokens` at most."""
        stream = AnswerStream(self._decode, self._end_ids, max_tokens, request.stop)

        def compute(on_token: OnToken) -> object:
            return self._generate(prompt_ids, max_tokens, request, [Watch(on_token)])

        return BackgroundGeneration(self._worker, compute, stream, int(prompt_ids.shape[1]))

    def direct_answer(self, request: GenerationRequest) -> str:
        """Return the whole answer to `request` by one plain `generate` and one decode; blocks until done.

        Raises EngineError as `start` does, for a prompt that is too long, and where the model's output is no number.
        """
        self._require_idle()
        prompt_ids = self._encode(request)
        room = self._context_tokens - int(prompt_ids.shape[1])
        if room < 1:
            raise EngineError(f"the prompt is longer than {self.max_prompt_tokens} tokens")
        answer_ids = self._generate(prompt_ids, min(request.max_tokens, room), request)
        until_stop = StopFilter(request.stop)
        return until_stop.push(self._decode(answer_ids)) + until_stop.finish()

    def surprise(self, prompt: str, answer: str) -> float:
        """Return how little the model expects `answer` to `prompt`: nats a token, infinity for an answer of none."""
        prompt_ids = self._encode(GenerationRequest(prompt, max_tokens=1))
        answer_ids = _ids(self._tokenizer(answer, add_special_tokens=False, return_tensors="pt")).long()
        if not answer_ids.numel():
            return math.inf
        with torch.inference_mode():
            logits = self._model(torch.cat([prompt_ids, answer_ids], dim=1).to(self._model.device)).logits[0].cpu()
        return float(torch.nn.functional.cross_entropy(logits[prompt_ids.shape[1] - 1 : -1], answer_ids[0]))

    def close(self) -> None:
        """Cancel what runs, wait for its current token, and end the worker thread."""
        if self._current is not None:
            self._current.close()
        self._worker.shutdown()

    def _require_idle(self) -> None:
        if self._current is not None and not self._current.over:
            raise EngineError("a generation is running; only one may")

    def _step(self, *_: object) -> None:
        self.steps += 1

    def _encode(self, request: GenerationRequest) -> torch.Tensor:
        """Return the ids of the conversation, int64 (1, n); a model without a chat template reads on, line by line."""
        messages = request.messages
        if not self._tokenizer.chat_template:
            return _ids(self._tokenizer("\n".join(each["content"] for each in messages), return_tensors="pt"))
        try:
            return self._from_template(messages)
        except TemplateError as error:
            if request.system is None:
                raise EngineError(f"the model's chat template takes no such conversation: {error}") from None
            return self._encode(_without_system(request))

    def _from_template(self, messages: list[dict[str, str]]) -> torch.Tensor:
        return _ids(
            self._tokenizer.apply_chat_template(
                messages, add_generation_prompt=True, return_tensors="pt", return_dict=True
            )
        )

    def _decode(self, ids: Sequence[int]) -> str:
        return str(self._tokenizer.decode(ids, skip_special_tokens=True))

    def _generate(
        self,
        prompt_ids: torch.Tensor,
        max_tokens: int,
        request: GenerationRequest,
        watches: Sequence[Watch] = (),
    ) -> list[int]:
        """Return the ids of the new tokens. Raises MemoryError where there is not enough, whatever of."""
        prompt_ids = prompt_ids.to(self._model.device)
        try:
            output = self._model.generate(
                prompt_ids,
                attention_mask=torch.ones_like(prompt_ids),
                max_new_tokens=max_tokens,
                logits_processor=[Finite(self.scrubber.hasten), *sampling(request, prompt_ids.device)],
                stopping_criteria=list(watches),
            )
        except RuntimeError as error:
            if isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error):
                raise MemoryError(str(error)) from error
            raise
        return [int(token_id) for token_id in output[0, prompt_ids.shape[1] :]]


def _without_system(request: GenerationRequest) -> GenerationRequest:
    """Put the system's message at the begin of the user's first: there are models that know none."""
    first, *others = (*request.turns, request.prompt)
    *turns, prompt = (f"{request.system}\n\n{first}", *others)
    return replace(request, prompt=prompt, system=None, turns=tuple(turns))


def _layers(model: Any) -> list[Any]:
    """Return the modules whose ends show that a generation moves on: the model's layers, and the model itself."""
    lists = [module for module in model.modules() if isinstance(module, torch.nn.ModuleList)]
    return [model, *(layer for layers in lists for layer in layers)]


def _check_compute(device: str, dtype: str, threads: int) -> None:
    if device not in _DEVICES:
        raise ConfigError("device", device, " or ".join(_DEVICES))
    if device == "cuda" and not torch.cuda.is_available():
        raise ConfigError("device", device, "cpu: torch finds no CUDA device here")
    if dtype not in DTYPES:
        raise ConfigError("dtype", dtype, ", ".join(DTYPES))
    if threads < 1:
        raise ConfigError("threads", threads, "1 or more")


def _ids(encoded: Any) -> torch.Tensor:
    ids: torch.Tensor = encoded["input_ids"]
    return ids
