"""The engine that runs a real model, with transformers on torch. Nothing else imports them."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

os.environ["HF_HUB_OFFLINE"] = "1"  # a spacecraft has no hub; read when transformers is imported

import torch
import transformers
from safetensors import SafetensorError
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, GenerationConfig, GgufConfig
from transformers import modeling_gguf_pytorch_utils as gguf_reader
from transformers.utils import logging as transformers_logging

from flatsat.background_generation import BackgroundGeneration, OnToken
from flatsat.engine import GenerationRequest
from flatsat.errors import ConfigError, EngineError
from flatsat.model_files import ConvertedModel, ModelFiles, find_model
from flatsat.text_stream import AnswerStream, StopFilter

Progress: TypeAlias = Callable[[float], None]

_DEVICES = ("cpu", "cuda")
_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}

_log = logging.getLogger(__name__)


class TransformersEngine:
    """Answers with a causal language model of the Hugging Face or the GGUF format.

    `model` is a directory or a .gguf file, None for the packaged SmolLM2-135M-Instruct; `gguf_file` names the
    file in a directory. `device` is cpu or cuda, `dtype` float32, bfloat16 or float16, `threads` torch's CPU
    threads. `on_progress` is called with 0 to 1 while the model loads. A GGUF file is converted once; the
    result is kept in the user's cache directory.

    Raises ConfigError before any slow work if a setting cannot be used, EngineError if the model cannot be
    loaded.
    """

    runs_on_wall_clock = True

    def __init__(
        self,
        model: Path | None = None,
        gguf_file: str | None = None,
        device: str = "cpu",
        dtype: str = "float32",
        threads: int = 1,
        on_progress: Progress | None = None,
    ) -> None:
        files = find_model(model, gguf_file)
        _check_compute(device, dtype, threads)
        torch.set_num_threads(threads)
        progress = on_progress or _no_progress
        progress(0.0)
        self._model, self._tokenizer = _load(files, dtype, progress)
        self._model.to(device).eval()
        self._end_ids = _end_ids(self._model, self._tokenizer)
        self._context_tokens = int(self._model.config.max_position_embeddings)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="inference")
        self._current: BackgroundGeneration | None = None
        progress(1.0)

    @property
    def max_prompt_tokens(self) -> int:
        """The model's context, less one token for the answer."""
        return self._context_tokens - 1

    def count_tokens(self, prompt: str) -> int:
        """Return how many tokens the model reads for `prompt`, chat template included."""
        return int(self._encode(prompt).shape[1])

    def start(self, request: GenerationRequest, now_s: float) -> BackgroundGeneration:  # noqa: ARG002
        """Begin an answer. Raises EngineError as the port says."""
        self._require_idle()
        prompt_ids, max_tokens = self._admit(request)
        stream = AnswerStream(self._decode, self._end_ids, max_tokens, request.stop)

        def compute(on_token: OnToken) -> object:
            return self._generate(prompt_ids, max_tokens, request, [_Watch(on_token)])

        self._current = BackgroundGeneration(self._worker, compute, stream, int(prompt_ids.shape[1]))
        return self._current

    def direct_answer(self, request: GenerationRequest) -> str:
        """Return the whole answer to `request` by one plain `generate` and one decode; blocks until done.

        Raises EngineError as `start` does.
        """
        self._require_idle()
        prompt_ids, max_tokens = self._admit(request)
        answer_ids = self._generate(prompt_ids, max_tokens, request)
        until_stop = StopFilter(request.stop)
        return until_stop.push(self._decode(answer_ids)) + until_stop.finish()

    def close(self) -> None:
        """Cancel what runs, wait for its current token, and end the worker thread."""
        if self._current is not None:
            self._current.close()
        self._worker.shutdown()

    def _require_idle(self) -> None:
        if self._current is not None and not self._current.over:
            raise EngineError("a generation is running; only one may")

    def _admit(self, request: GenerationRequest) -> tuple[torch.Tensor, int]:
        """Return the prompt's token ids, int64 (1, n), and how many tokens the answer may have."""
        prompt_ids = self._encode(request.prompt)
        room = self._context_tokens - int(prompt_ids.shape[1])
        if room < 1:
            raise EngineError(f"the prompt is longer than {self.max_prompt_tokens} tokens")
        return prompt_ids, min(request.max_tokens, room)

    def _encode(self, prompt: str) -> torch.Tensor:
        if not self._tokenizer.chat_template:
            return _ids(self._tokenizer(prompt, return_tensors="pt"))
        messages = [{"role": "user", "content": prompt}]
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
        watches: Sequence[_Watch] = (),
    ) -> list[int]:
        """Return the ids of the new tokens."""
        prompt_ids = prompt_ids.to(self._model.device)
        output = self._model.generate(
            prompt_ids,
            attention_mask=torch.ones_like(prompt_ids),
            max_new_tokens=max_tokens,
            logits_processor=_sampling(request, prompt_ids.device),
            stopping_criteria=list(watches),
        )
        return [int(token_id) for token_id in output[0, prompt_ids.shape[1] :]]


class _Watch(transformers.StoppingCriteria):  # type: ignore[misc]
    """Sees every token as soon as it is chosen, and stops `generate` where the answer ends."""

    def __init__(self, on_token: OnToken) -> None:
        self._on_token = on_token

    def __call__(self, input_ids: torch.Tensor, *_: object, **__: object) -> torch.Tensor:
        done = self._on_token(int(input_ids[0, -1]))
        return torch.full((1,), done, device=input_ids.device, dtype=torch.bool)


class _SeededSampling(transformers.LogitsProcessor):  # type: ignore[misc]
    """Draws a token with a generator of its own and leaves it as the only candidate.

    `generate` itself draws from torch's global generator, which other threads use too.
    """

    def __init__(self, temperature: float, seed: int, device: torch.device) -> None:
        self._temperature = temperature
        self._random = torch.Generator(device).manual_seed(seed)

    def __call__(self, _input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        probabilities = torch.softmax(scores / self._temperature, dim=-1)
        drawn = torch.multinomial(probabilities, num_samples=1, generator=self._random)
        return torch.full_like(scores, -torch.inf).scatter(1, drawn, 0.0)


def _sampling(request: GenerationRequest, device: torch.device) -> list[_SeededSampling]:
    if request.temperature == 0:
        return []
    return [_SeededSampling(request.temperature, request.seed, device)]


def _check_compute(device: str, dtype: str, threads: int) -> None:
    if device not in _DEVICES:
        raise ConfigError("device", device, " or ".join(_DEVICES))
    if device == "cuda" and not torch.cuda.is_available():
        raise ConfigError("device", device, "cpu: torch finds no CUDA device here")
    if dtype not in _DTYPES:
        raise ConfigError("dtype", dtype, ", ".join(_DTYPES))
    if threads < 1:
        raise ConfigError("threads", threads, "1 or more")


def _load(files: ModelFiles, dtype: str, progress: Progress) -> tuple[Any, Any]:
    """Return the model and the tokenizer, set up so that the request alone says how to sample."""
    if files.gguf_file is None:
        model, tokenizer = _load_files(files, dtype, progress)
    else:
        model, tokenizer = _load_gguf(files, dtype, progress)
    # The clean-up alters text that came with earlier tokens: it could not be shown token by token.
    tokenizer.clean_up_tokenization_spaces = False
    end_ids = sorted(_end_ids(model, tokenizer))
    model.generation_config = GenerationConfig(
        do_sample=False, eos_token_id=end_ids, pad_token_id=end_ids[0] if end_ids else 0
    )
    return model, tokenizer


def _load_gguf(files: ModelFiles, dtype: str, progress: Progress) -> tuple[Any, Any]:
    """Load a GGUF file by way of its converted form: reading the file itself takes 15 s, that form 0.2 s."""
    converted = ConvertedModel(files.path, f"{dtype}-transformers-{transformers.__version__}")
    if converted.exists():
        try:
            return _load_files(ModelFiles(converted.directory), dtype, progress)
        except EngineError as error:
            _log.warning("converting %s again: %s", files.path, error)
            converted.discard()
    model, tokenizer = _load_files(files, dtype, progress)
    try:
        converted.store(lambda directory: _save(model, tokenizer, directory))
    except (OSError, SafetensorError) as error:  # the latter where the disk is full
        _log.warning("%s will be converted again at the next start: %s", files.path, error)
    return model, tokenizer


def _load_files(files: ModelFiles, dtype: str, progress: Progress) -> tuple[Any, Any]:
    source: dict[str, Any] = {"local_files_only": True, "gguf_file": files.gguf_file}
    weights = {"quantization_config": GgufConfig(dequantize=True)} if files.gguf_file else {}
    try:
        tokenizer = AutoTokenizer.from_pretrained(files.directory, **source)
        progress(0.2)
        config = AutoConfig.from_pretrained(files.directory, **source)
        progress(0.4)
        with _bars_reported(progress, last_begins=0.98 if files.gguf_file else 0.4):
            model = AutoModelForCausalLM.from_pretrained(
                files.directory, config=config, dtype=_DTYPES[dtype], **source, **weights
            )
    except Exception as error:  # tokenizers and safetensors raise bare Exceptions at a file they cannot read
        raise EngineError(f"cannot load {files.path}: {error}") from error
    return model, tokenizer


def _save(model: Any, tokenizer: Any, directory: Path) -> None:
    with _bars_reported(_no_progress):
        model.save_pretrained(directory)
    tokenizer.save_pretrained(directory)


@contextmanager
def _bars_reported(progress: Progress, last_begins: float = 0.0) -> Iterator[None]:
    """Report transformers' progress bars to `progress` instead of drawing them; the last from `last_begins`.

    The GGUF reader takes its bar straight from tqdm, past transformers' own hook.
    """

    def bar(items: Collection[Any], begin: float, end: float) -> Iterator[Any]:
        for count, item in enumerate(items, start=1):
            yield item
            progress(begin + (end - begin) * count / len(items))

    drawn = gguf_reader.tqdm
    gguf_reader.tqdm = lambda items, **_: bar(items, 0.8, last_begins)
    hook = transformers_logging.set_tqdm_hook(lambda _factory, args, _settings: bar(args[0], last_begins, 1.0))
    try:
        yield
    finally:
        gguf_reader.tqdm = drawn
        transformers_logging.set_tqdm_hook(hook)


def _end_ids(model: Any, tokenizer: Any) -> frozenset[int]:
    """Return the ids of the tokens that end an answer."""
    ids = model.generation_config.eos_token_id
    if ids is None:
        ids = tokenizer.eos_token_id
    return frozenset(ids if isinstance(ids, list) else [] if ids is None else [ids])


def _ids(encoded: Any) -> torch.Tensor:
    ids: torch.Tensor = encoded["input_ids"]
    return ids


def _no_progress(_fraction: float) -> None:
    pass
