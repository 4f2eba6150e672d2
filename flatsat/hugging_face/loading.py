"""A model read from its files into memory of its own, with the hash of each of its weights."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
import transformers
from safetensors import SafetensorError
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, GenerationConfig, GgufConfig

from flatsat.errors import EngineError
from flatsat.hugging_face.gguf_file import header_read_once
from flatsat.hugging_face.progress import Progress, bars_reported, no_progress
from flatsat.hugging_face.torch_tensor import parameters
from flatsat.model_files import ConvertedModel, ModelFiles
from flatsat.weights.manifest import Manifest
from flatsat.weights.tensor import tensor_hash

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model, its tokenizer, the SHA-256 of each of its parameters, and where these can be read again."""

    model: Any
    tokenizer: Any
    hashes: Mapping[str, str]
    directory: Path

    @property
    def end_ids(self) -> frozenset[int]:
        """The ids of the tokens that end an answer."""
        ids = self.model.generation_config.eos_token_id
        if ids is None:
            ids = self.tokenizer.eos_token_id
        return frozenset(ids if isinstance(ids, list) else [] if ids is None else [ids])


def load_model(files: ModelFiles, dtype: str, progress: Progress) -> LoadedModel:
    """Load a model, set up so that the request alone says how to sample. Raises EngineError if it cannot be loaded."""
    loaded = (_load_files if files.gguf_file is None else _load_gguf)(files, dtype, progress)
    # The clean-up alters text that came with earlier tokens: it could not be shown token by token.
    loaded.tokenizer.clean_up_tokenization_spaces = False
    end_ids = sorted(loaded.end_ids)
    loaded.model.generation_config = GenerationConfig(
        do_sample=False, eos_token_id=end_ids, pad_token_id=end_ids[0] if end_ids else 0
    )
    return loaded


def _load_gguf(files: ModelFiles, dtype: str, progress: Progress) -> LoadedModel:
    """Load a GGUF file by way of its converted form: reading the file itself takes 7 s, that form 0.2 s."""
    converted = ConvertedModel(files.path, f"{dtype}-transformers-{transformers.__version__}")
    if converted.exists():
        try:
            return _load_converted(converted.directory, dtype, progress)
        except EngineError as error:
            _log.warning("converting %s again: %s", files.path, error)
            converted.discard()
    with header_read_once():
        loaded = _load_files(files, dtype, progress)
    try:
        converted.store(partial(_save, loaded))
    except (OSError, SafetensorError) as error:  # the latter where the disk is full
        _log.warning("%s will be converted again at the next start: %s", files.path, error)
    return replace(loaded, directory=converted.directory)


def _load_converted(directory: Path, dtype: str, progress: Progress) -> LoadedModel:
    """Load what was converted, and compare it with what was stored then. Raises EngineError."""
    manifest = Manifest.read(directory)
    loaded = _load_files(ModelFiles(directory), dtype, progress)
    manifest.check(directory, loaded.hashes)
    return loaded


def _load_files(files: ModelFiles, dtype: str, progress: Progress) -> LoadedModel:
    source: dict[str, Any] = {"local_files_only": True, "gguf_file": files.gguf_file}
    weights = {"quantization_config": GgufConfig(dequantize=True)} if files.gguf_file else {}
    try:
        tokenizer = AutoTokenizer.from_pretrained(files.directory, **source)
        progress(0.2)
        config = AutoConfig.from_pretrained(files.directory, **source)
        progress(0.4)
        with bars_reported(progress, last_begins=0.98 if files.gguf_file else 0.4):
            model = AutoModelForCausalLM.from_pretrained(
                files.directory, config=config, dtype=DTYPES[dtype], **source, **weights
            )
    except Exception as error:  # tokenizers and safetensors raise bare Exceptions at a file they cannot read
        raise EngineError(f"cannot load {files.path}: {error}") from error
    _take_out_of_files(model)
    hashes = {tensor.name: tensor_hash(tensor) for tensor in parameters(model)}
    return LoadedModel(model, tokenizer, hashes, files.directory)


def _take_out_of_files(model: Any) -> None:
    """Give a model memory of its own: transformers maps files, and a bit that flips there is flipped "on disk", too."""
    for tensor in (*model.parameters(), *model.buffers()):
        tensor.data = tensor.data.clone(memory_format=torch.contiguous_format)


def _save(loaded: LoadedModel, directory: Path) -> None:
    with bars_reported(no_progress):
        loaded.model.save_pretrained(directory)
    loaded.tokenizer.save_pretrained(directory)
    Manifest.of(directory, loaded.hashes).write(directory)
