"""The engine that runs a real model, with transformers on torch. Nothing else imports them."""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

os.environ["HF_HUB_OFFLINE"] = "1"  # a spacecraft has no hub; read when transformers is imported

import torch
import transformers
from jinja2 import TemplateError
from safetensors import SafetensorError, safe_open
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, GenerationConfig, GgufConfig
from transformers import modeling_gguf_pytorch_utils as gguf_reader
from transformers.utils import logging as transformers_logging

from flatsat.background_generation import BackgroundGeneration, OnToken
from flatsat.engine import GenerationRequest, Notice, NoticeKind, PromptTooLong
from flatsat.errors import ConfigError, EngineError
from flatsat.model_files import ConvertedModel, ModelFiles, find_model
from flatsat.refused_generation import RefusedGeneration
from flatsat.text_stream import AnswerStream, StopFilter
from flatsat.weights.flips import draw_flips, flip_bits
from flatsat.weights.manifest import Manifest
from flatsat.weights.scrubber import Scrubber
from flatsat.weights.tensor import tensor_hash

Progress: TypeAlias = Callable[[float], None]

_DEVICES = ("cpu", "cuda")
_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}

_log = logging.getLogger(__name__)


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
        progress = on_progress or _no_progress
        progress(0.0)
        loaded = _load(files, dtype, progress)
        self._model, self._tokenizer = loaded.model.to(device).eval(), loaded.tokenizer
        self.weights = _parameters(self._model)
        constants = [_TorchTensor(name, tensor) for name, tensor in self._model.named_buffers()]
        hashes = {tensor.name: tensor_hash(tensor) for tensor in constants}
        hashes.update(loaded.hashes)
        stored = partial(_stored, loaded.directory, _DTYPES[dtype])
        self.scrubber = Scrubber([*self.weights, *constants], hashes, stored, scrub_period_s)
        self._notices: list[Notice] = []
        self.steps = 0
        for layer in _layers(self._model):
            layer.register_forward_hook(self._step)
        self._end_ids = _end_ids(self._model, self._tokenizer)
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
            return self._generate(prompt_ids, max_tokens, request, [_Watch(on_token)])

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
        watches: Sequence[_Watch] = (),
    ) -> list[int]:
        """Return the ids of the new tokens. Raises MemoryError where there is not enough, whatever of."""
        prompt_ids = prompt_ids.to(self._model.device)
        try:
            output = self._model.generate(
                prompt_ids,
                attention_mask=torch.ones_like(prompt_ids),
                max_new_tokens=max_tokens,
                logits_processor=[_Finite(self.scrubber.hasten), *_sampling(request, prompt_ids.device)],
                stopping_criteria=list(watches),
            )
        except RuntimeError as error:
            if isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error):
                raise MemoryError(str(error)) from error
            raise
        return [int(token_id) for token_id in output[0, prompt_ids.shape[1] :]]


class _Watch(transformers.StoppingCriteria):  # type: ignore[misc]
    """Sees every token as soon as it is chosen, and stops `generate` where the answer ends."""

    def __init__(self, on_token: OnToken) -> None:
        self._on_token = on_token

    def __call__(self, input_ids: torch.Tensor, *_: object, **__: object) -> torch.Tensor:
        done = self._on_token(int(input_ids[0, -1]))
        return torch.full((1,), done, device=input_ids.device, dtype=torch.bool)


class _Finite(transformers.LogitsProcessor):  # type: ignore[misc]
    """Ends an answer where the model's output is no number: without it the rest would be one token, again and again."""

    def __init__(self, on_bad: Callable[[], None]) -> None:
        self._on_bad = on_bad

    def __call__(self, _input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        if not math.isfinite(float(scores.max())):  # a NaN anywhere is the maximum
            self._on_bad()
            raise EngineError("the model's output is not a number: its weights may have changed")
        return scores


def _without_system(request: GenerationRequest) -> GenerationRequest:
    """Put the system's message at the begin of the user's first: there are models that know none."""
    first, *others = (*request.turns, request.prompt)
    *turns, prompt = (f"{request.system}\n\n{first}", *others)
    return replace(request, prompt=prompt, system=None, turns=tuple(turns))


class _TorchTensor:
    """A WeightTensor on any device. `tensor` has to be contiguous; its octets are seen where they lie."""

    def __init__(self, name: str, tensor: torch.Tensor) -> None:
        self._octets = tensor.detach().view(-1).view(torch.uint8)
        self.name, self.octets, self.element_octets = name, self._octets.numel(), tensor.element_size()

    def read(self, begin: int, end: int) -> NDArray[np.uint8]:
        octets: NDArray[np.uint8] = self._octets[begin:end].cpu().numpy()
        return octets

    def write(self, begin: int, octets: NDArray[np.uint8]) -> None:
        self._octets[begin : begin + len(octets)] = torch.from_numpy(octets)


def _parameters(model: Any) -> list[_TorchTensor]:
    """Return what a model has learnt; weights that are used in two places come once."""
    return [_TorchTensor(name, tensor) for name, tensor in model.named_parameters()]


def _layers(model: Any) -> list[Any]:
    """Return the modules whose ends show that a generation moves on: the model's layers, and the model itself."""
    lists = [module for module in model.modules() if isinstance(module, torch.nn.ModuleList)]
    return [model, *(layer for layers in lists for layer in layers)]


def _stored(directory: Path, dtype: torch.dtype, name: str) -> NDArray[np.uint8]:
    """Return a tensor's octets as a model's directory holds them. Raises EngineError."""
    try:
        for path in sorted(directory.glob("*.safetensors")):
            _forget_cached(path)
            with safe_open(path, framework="pt") as file:
                if name in file.keys():  # noqa: SIM118
                    tensor = file.get_tensor(name).to(dtype).contiguous()
                    octets: NDArray[np.uint8] = tensor.view(-1).view(torch.uint8).numpy().copy()
                    return octets
    except (OSError, SafetensorError) as error:
        raise EngineError(f"weights {name} cannot be read from {directory}: {error}") from error
    raise EngineError(f"weights {name} have changed, and {directory} does not hold them")


def _forget_cached(path: Path) -> None:
    """Have the next read come from the disk: pages of the file that are kept in memory suffer like any memory."""
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


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


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A model, its tokenizer, the SHA-256 of each of its parameters, and where these can be read again."""

    model: Any
    tokenizer: Any
    hashes: Mapping[str, str]
    directory: Path


def _load(files: ModelFiles, dtype: str, progress: Progress) -> _Loaded:
    """Load a model, set up so that the request alone says how to sample."""
    loaded = (_load_files if files.gguf_file is None else _load_gguf)(files, dtype, progress)
    model, tokenizer = loaded.model, loaded.tokenizer
    # The clean-up alters text that came with earlier tokens: it could not be shown token by token.
    tokenizer.clean_up_tokenization_spaces = False
    end_ids = sorted(_end_ids(model, tokenizer))
    model.generation_config = GenerationConfig(
        do_sample=False, eos_token_id=end_ids, pad_token_id=end_ids[0] if end_ids else 0
    )
    return loaded


def _load_gguf(files: ModelFiles, dtype: str, progress: Progress) -> _Loaded:
    """Load a GGUF file by way of its converted form: reading the file itself takes 15 s, that form 0.2 s."""
    converted = ConvertedModel(files.path, f"{dtype}-transformers-{transformers.__version__}")
    if converted.exists():
        try:
            return _load_converted(converted.directory, dtype, progress)
        except EngineError as error:
            _log.warning("converting %s again: %s", files.path, error)
            converted.discard()
    loaded = _load_files(files, dtype, progress)
    try:
        converted.store(partial(_save, loaded))
    except (OSError, SafetensorError) as error:  # the latter where the disk is full
        _log.warning("%s will be converted again at the next start: %s", files.path, error)
    return replace(loaded, directory=converted.directory)


def _load_converted(directory: Path, dtype: str, progress: Progress) -> _Loaded:
    """Load what was converted, and compare it with what was stored then. Raises EngineError."""
    manifest = Manifest.read(directory)
    loaded = _load_files(ModelFiles(directory), dtype, progress)
    manifest.check(directory, loaded.hashes)
    return loaded


def _load_files(files: ModelFiles, dtype: str, progress: Progress) -> _Loaded:
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
    _take_out_of_files(model)
    hashes = {tensor.name: tensor_hash(tensor) for tensor in _parameters(model)}
    return _Loaded(model, tokenizer, hashes, files.directory)


def _take_out_of_files(model: Any) -> None:
    """Give a model memory of its own: transformers maps files, and a bit that flips there is flipped "on disk", too."""
    for tensor in (*model.parameters(), *model.buffers()):
        tensor.data = tensor.data.clone(memory_format=torch.contiguous_format)


def _save(loaded: _Loaded, directory: Path) -> None:
    with _bars_reported(_no_progress):
        loaded.model.save_pretrained(directory)
    loaded.tokenizer.save_pretrained(directory)
    Manifest.of(directory, loaded.hashes).write(directory)


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
