"""A tiny model of random weights: it answers with random bytes, which no text survives by luck."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from flatsat.engine import Engine, Event, Finished, Generation, Lost, PromptTooLong
from flatsat.supervised_engine import SupervisedEngine
from flatsat.supervision import Supervision

# On a small machine at work, wall time says nothing about the code under test.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

Drain = Callable[[Generation], list[Event]]

_WIDTH = 32
_VOCABULARY = 258
_MATRICES = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")


def _write_gguf(path: Path) -> None:
    """Write a llama of one layer with one token per byte, in the GGUF format (no chat template)."""
    gguf = pytest.importorskip("gguf")
    from tokenizers.pre_tokenizers import ByteLevel

    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(2048)
    writer.add_embedding_length(_WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(_WIDTH)
    writer.add_head_count(2)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10000.0)
    writer.add_vocab_size(_VOCABULARY)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list([*sorted(ByteLevel.alphabet()), "<end>", "ab"])
    writer.add_token_types([gguf.TokenType.NORMAL] * 256 + [gguf.TokenType.CONTROL, gguf.TokenType.NORMAL])
    writer.add_token_merges(["a b"])
    writer.add_eos_token_id(256)
    random = np.random.default_rng(1)
    shapes = {"token_embd": (_VOCABULARY, _WIDTH), "output_norm": (_WIDTH,)}
    shapes |= {f"blk.0.{name}": (_WIDTH, _WIDTH) for name in _MATRICES}
    shapes |= {"blk.0.attn_norm": (_WIDTH,), "blk.0.ffn_norm": (_WIDTH,)}
    for name, shape in shapes.items():
        writer.add_tensor(f"{name}.weight", random.normal(0, 0.5, shape).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


@pytest.fixture(scope="session")
def tiny_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "tiny.gguf"
    _write_gguf(path)
    return path


@pytest.fixture(scope="session")
def tiny_engine(tiny_gguf: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    pytest.importorskip("transformers")
    from flatsat.hugging_face.engine import TransformersEngine

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        engine = TransformersEngine(tiny_gguf)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def drain() -> Drain:
    """Poll a generation to its end, with link time 20 times the wall clock."""

    def poll_to_the_end(generation: Generation) -> list[Event]:
        events: list[Event] = []
        give_up_s = time.perf_counter() + 60
        now_s = 0.0
        while not any(isinstance(event, (Finished, PromptTooLong, Lost)) for event in events):
            assert time.perf_counter() < give_up_s, "no end within a minute"
            events += generation.poll(now_s)
            now_s += 0.02
            time.sleep(0.001)
        return events

    return poll_to_the_end


FRAIL = '''
"""An engine's process that does as its prompts say."""
import json, os, sys, threading, time
from pathlib import Path
from flatsat.engine import Finished
from flatsat.engine_process import host
from flatsat.errors import ConfigError, EngineError
from flatsat.scripted_engine import ScriptedEngine
from protocol.messages import FinishReason

settings = json.loads(sys.argv[1])


class Silent:
    def __init__(self, *events):
        self.events = events

    def poll(self, now_s):
        return self.events

    def cancel(self):
        pass

    close = cancel


class Frail(ScriptedEngine):
    runs_on_wall_clock = settings["runs_on_wall_clock"]

    def tick(self, now_s):
        steps, notices = self.steps, super().tick(now_s)
        if self.mood == "hang":
            self.steps = steps
        if self.mood == "weights":
            raise EngineError("weights w have changed both in memory and on disk")
        return notices

    mood = ""

    def start(self, request, now_s):
        self.mood = request.prompt
        print("a library's own words", flush=True)
        if self.mood == "crash":
            os._exit(7)
        if self.mood == "abort":
            os.abort()
        if self.mood == "eat":
            self.eaten = bytearray(8 << 30)
        if self.mood == "block":
            time.sleep(3600)
        if self.mood == "thread":
            threading.Thread(target=lambda: 1 / 0).start()
        if self.mood == "starve":
            return Silent(Finished(FinishReason.ERROR, 0, 0.0, "MemoryError: not enough"))
        return Silent() if self.mood in ("hang", "thread") else super().start(request, now_s)


def load(progress):
    progress(0.5)
    match settings["load"]:
        case "refuse":
            raise ConfigError("model", "x", "y")
        case "fail":
            raise EngineError("cannot load x")
        case "crash":
            os._exit(7)
        case "hang":
            time.sleep(3600)
        case str(path) if path and Path(path).exists():
            os._exit(7)
    return Frail(settings["tokens_per_s"], max_prompt_tokens=settings["max_prompt_tokens"])


sys.exit(host(load, settings["memory_limit_mib"]))
'''

Supervise = Callable[..., SupervisedEngine]


@pytest.fixture
def supervise() -> Iterator[Supervise]:
    """Puts a scripted engine that its prompts can bring down into a process; ready unless `wait` is False."""
    engines: list[SupervisedEngine] = []

    def begin(limits: Supervision | None = None, wait: bool = True, **changed: object) -> SupervisedEngine:
        settings = {
            "tokens_per_s": 1000.0,
            "max_prompt_tokens": 2047,
            "memory_limit_mib": None,
            "runs_on_wall_clock": False,
            "load": "",
            **changed,
        }
        engines.append(SupervisedEngine([sys.executable, "-c", FRAIL, json.dumps(settings)], limits))
        if wait:
            engines[-1].wait_ready(lambda fraction: None)
        return engines[-1]

    yield begin
    for engine in engines:
        engine.close()
