"""How far a model is loaded."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

from transformers import modeling_gguf_pytorch_utils as gguf_reader
from transformers.utils import logging as transformers_logging

Progress: TypeAlias = Callable[[float], None]
"""Is told 0 to 1."""


@contextmanager
def bars_reported(progress: Progress, last_begins: float = 0.0) -> Iterator[None]:
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


def no_progress(_fraction: float) -> None:
    """Nobody wants to know."""
