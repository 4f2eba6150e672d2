import gc
import json
import logging
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from flatsat.engine import Event, Finished, Generation, GenerationRequest, NoticeKind, Token
from flatsat.errors import ConfigError, EngineError
from flatsat.weights.campaign import find_flips
from flatsat.weights.flips import Flip, flip_bits
from protocol.messages import FinishReason

transformers_engine = pytest.importorskip("flatsat.hugging_face.engine", reason="the model extra is not installed")
TransformersEngine = transformers_engine.TransformersEngine

Drain = Callable[[Generation], list[Event]]

INCOMPLETE = "\N{REPLACEMENT CHARACTER}"


def text_of(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, Token))


@pytest.fixture
def private_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def smollm2() -> Iterator["TransformersEngine"]:
    engine = TransformersEngine()
    yield engine
    engine.close()


@pytest.mark.parametrize("temperature", [0.0, 1.0])
@pytest.mark.parametrize("max_tokens", [1, 5, 6, 7, 8, 200])
def test_streamed_text_is_what_plain_generate_gives(
    tiny_engine: "TransformersEngine", drain: Drain, temperature: float, max_tokens: int
) -> None:
    request = GenerationRequest("höhe 🛰️ 日本", max_tokens, temperature, seed=4)
    whole = tiny_engine.direct_answer(request)
    assert text_of(drain(tiny_engine.start(request, now_s=0.0))) == whole
    assert whole


def test_greedy_text_is_what_transformers_gives_by_itself(
    tiny_engine: "TransformersEngine", tiny_gguf: Path, drain: Drain
) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    source = {"gguf_file": tiny_gguf.name, "local_files_only": True}
    tokenizer = AutoTokenizer.from_pretrained(tiny_gguf.parent, **source)
    model = AutoModelForCausalLM.from_pretrained(tiny_gguf.parent, dtype=torch.float32, **source)
    prompt = tokenizer("héllo", return_tensors="pt")
    output = model.generate(**prompt, max_new_tokens=100, do_sample=False, pad_token_id=256)
    expected = tokenizer.decode(output[0, prompt["input_ids"].shape[1] :], skip_special_tokens=True)
    request = GenerationRequest("héllo", max_tokens=100)
    assert text_of(drain(tiny_engine.start(request, now_s=0.0))) == expected


def test_the_seed_alone_decides_what_is_drawn(tiny_engine: "TransformersEngine", drain: Drain) -> None:
    import torch

    def disturb() -> None:
        while not done.is_set():
            torch.rand(1)

    def answer(seed: int) -> str:
        request = GenerationRequest("draw", max_tokens=50, temperature=1.0, seed=seed)
        return text_of(drain(tiny_engine.start(request, now_s=0.0)))

    done = threading.Event()
    first = answer(seed=1)
    thread = threading.Thread(target=disturb)
    thread.start()
    second = answer(seed=1)
    done.set()
    thread.join()
    assert first == second
    assert answer(seed=2) != first


def test_the_temperature_matters(tiny_engine: "TransformersEngine") -> None:
    low, high = (GenerationRequest("draw", 50, temperature, seed=1) for temperature in (0.1, 2.0))
    assert tiny_engine.direct_answer(low) != tiny_engine.direct_answer(high)


def test_a_direct_answer_waits_for_the_generation_to_end(tiny_engine: "TransformersEngine") -> None:
    request = GenerationRequest("hi", max_tokens=1500)
    generation = tiny_engine.start(request, now_s=0.0)
    with pytest.raises(EngineError, match="only one"):
        tiny_engine.direct_answer(request)
    generation.close()


def test_the_answer_ends_where_the_context_is_full(tiny_engine: "TransformersEngine", drain: Drain) -> None:
    prompt = "x" * (tiny_engine.max_prompt_tokens - 4)
    last = drain(tiny_engine.start(GenerationRequest(prompt, max_tokens=100), now_s=0.0))[-1]
    assert isinstance(last, Finished)
    assert (last.reason, last.completion_tokens) == (FinishReason.LENGTH, 5)


def test_a_failure_of_the_model_becomes_an_error_event(
    tiny_engine: "TransformersEngine", drain: Drain, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("CUDA out of memory")

    with monkeypatch.context() as patch:
        patch.setattr(tiny_engine._model, "forward", fail)
        last = drain(tiny_engine.start(GenerationRequest("hi", max_tokens=5), now_s=0.0))[-1]
    assert isinstance(last, Finished)
    assert (last.reason, last.detail) == (FinishReason.ERROR, "RuntimeError: CUDA out of memory")
    drain(tiny_engine.start(GenerationRequest("hi", max_tokens=5), now_s=0.0))


def test_loading_reports_progress_draws_nothing_and_opens_no_connection(
    tiny_gguf: Path,
    private_cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    from transformers import modeling_gguf_pytorch_utils
    from transformers.utils.logging import set_tqdm_hook

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    bars = modeling_gguf_pytorch_utils.tqdm
    for _ in ("converted", "from the cache"):
        progress: list[float] = []
        TransformersEngine(tiny_gguf, on_progress=progress.append).close()
        assert progress == sorted(progress)
        assert (progress[0], progress[-1]) == (0.0, 1.0)
        assert len(progress) > 12
    assert capfd.readouterr() == ("", "")
    assert modeling_gguf_pytorch_utils.tqdm is bars
    assert set_tqdm_hook(None) is None


def test_a_converted_form_that_cannot_be_read_is_made_again(
    tiny_gguf: Path, private_cache: Path, caplog: pytest.LogCaptureFixture, drain: Drain
) -> None:
    TransformersEngine(tiny_gguf).close()
    (weights,) = private_cache.rglob("model.safetensors")
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-1])
    with caplog.at_level(logging.WARNING, "flatsat"):
        TransformersEngine(tiny_gguf).close()
    assert "converting" in caplog.text
    assert weights.read_bytes() == whole


@pytest.mark.parametrize("kept", ["model.safetensors", "manifest.json", "tokenizer.json"])
def test_a_converted_form_with_a_bit_flipped_is_made_again(
    tiny_gguf: Path, private_cache: Path, caplog: pytest.LogCaptureFixture, kept: str
) -> None:
    TransformersEngine(tiny_gguf).close()
    (path,) = private_cache.rglob(kept)
    whole = path.read_bytes()
    path.write_bytes(whole[:-7] + bytes([whole[-7] ^ 1]) + whole[-6:])
    with caplog.at_level(logging.WARNING, "flatsat"):
        TransformersEngine(tiny_gguf).close()
    assert "converting" in caplog.text
    assert path.read_bytes() == whole


def test_every_flip_in_the_weights_is_found_in_one_pass_and_repaired(tiny_engine: "TransformersEngine") -> None:
    request = GenerationRequest("hi", max_tokens=20)
    whole = tiny_engine.direct_answer(request)
    assert sum(find_flips(tiny_engine.weights, tiny_engine.scrubber.scrub, 100, per_pass=1, seed=1)) == 100
    assert tiny_engine.direct_answer(request) == whole


def test_flips_by_command_and_repairs_are_told(tiny_engine: "TransformersEngine") -> None:
    tiny_engine.flip(3, seed=5)
    tiny_engine.scrubber.hasten()
    flipped, *repaired = tiny_engine.tick(0.0)
    assert flipped.kind is NoticeKind.FLIPPED
    assert len(flipped.detail["flips"]) == 3
    assert {notice.kind for notice in repaired} == {NoticeKind.REPAIRED}
    assert sum(notice.detail["bits"] for notice in repaired) == 3
    assert {notice.detail["tensor"] for notice in repaired} == {flip["tensor"] for flip in flipped.detail["flips"]}
    assert tiny_engine.tick(0.0) == []


def test_constants_are_scrubbed_too_but_no_file_holds_them(tiny_engine: "TransformersEngine") -> None:
    constants = [tensor for tensor in tiny_engine.scrubber._tensors if tensor.name.endswith(".inv_freq")]
    flip = [Flip(constants[0].name, 0, 3)]
    flip_bits(constants, flip)
    with pytest.raises(EngineError, match=r"inv_freq have changed, and .* does not hold them"):
        tiny_engine.scrubber.scrub()
    flip_bits(constants, flip)
    assert tiny_engine.scrubber.scrub() == []


def test_a_gguf_files_header_is_read_once(
    tiny_gguf: Path, private_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gguf = pytest.importorskip("gguf")
    read: list[object] = []

    class Reader(gguf.GGUFReader):  # type: ignore[misc]
        def __init__(self, path: object) -> None:
            read.append(path)
            super().__init__(path)

    monkeypatch.setattr(gguf, "GGUFReader", Reader)
    TransformersEngine(tiny_gguf).close()
    assert len(read) == 1
    assert gguf.GGUFReader is Reader
    assert gc.isenabled()


def test_files_that_were_mapped_are_let_go(tiny_gguf: Path, private_cache: Path) -> None:
    """Or a bit that flips in the page of a file would be flipped in memory and "on disk" at once."""
    for _ in range(2):
        engine = TransformersEngine(tiny_gguf)
        assert "model.safetensors" not in Path("/proc/self/maps").read_text()
        engine.close()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_an_output_that_is_no_number_ends_the_answer_and_has_the_weights_looked_at(
    tiny_engine: "TransformersEngine", drain: Drain, value: float
) -> None:
    norm = next(tensor for tensor in tiny_engine.weights if tensor.name == "model.norm.weight")
    norm.write(0, np.full(norm.octets // 4, value, "<f4").view(np.uint8))
    last = drain(tiny_engine.start(GenerationRequest("hi", max_tokens=50), now_s=0.0))[-1]
    assert isinstance(last, Finished)
    assert (last.reason, last.completion_tokens) == (FinishReason.ERROR, 0)
    assert "the model's output is not a number" in last.detail
    assert [notice.detail["tensor"] for notice in tiny_engine.tick(0.0)] == ["model.norm.weight"]


@pytest.mark.parametrize("message", ["DefaultCPUAllocator: can't allocate memory: you tried", "CUDA out of memory"])
def test_memory_that_is_short_is_called_so(
    tiny_engine: "TransformersEngine", drain: Drain, monkeypatch: pytest.MonkeyPatch, message: str
) -> None:
    import torch

    def fail(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError(message) if "CUDA" in message else RuntimeError(message)

    with monkeypatch.context() as patch:
        patch.setattr(tiny_engine._model, "forward", fail)
        last = drain(tiny_engine.start(GenerationRequest("hi", max_tokens=5), now_s=0.0))[-1]
    assert isinstance(last, Finished)
    assert last.detail == f"MemoryError: {message}"


def test_steps_show_that_a_generation_moves_on(tiny_engine: "TransformersEngine") -> None:
    before = tiny_engine.steps
    tiny_engine.direct_answer(GenerationRequest("hi", max_tokens=10))
    assert tiny_engine.steps - before == 10 * 2, "one layer, and the model"


def test_a_model_is_least_surprised_by_its_own_answer(tiny_engine: "TransformersEngine") -> None:
    own = tiny_engine.direct_answer(GenerationRequest("hi", max_tokens=20)).encode("ascii", "ignore").decode()
    assert tiny_engine.surprise("hi", own) < tiny_engine.surprise("hi", own[::-1])
    assert tiny_engine.surprise("hi", "") == float("inf")


def test_without_a_cache_the_model_still_loads(
    tiny_gguf: Path, private_cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (private_cache / "flatsat-testbed").touch()
    TransformersEngine(tiny_gguf).close()
    assert "will be converted again at the next start" in caplog.text


@pytest.fixture
def tiny_directory(tiny_gguf: Path, private_cache: Path) -> Path:
    """The tiny model in the format of transformers, with a tokenizer that cleans up spaces."""
    TransformersEngine(tiny_gguf).close()
    (config,) = private_cache.rglob("config.json")
    directory = private_cache / "model"
    shutil.copytree(config.parent, directory)
    path = directory / "tokenizer_config.json"
    clean_up = "clean_up_tokenization_spaces"
    forced = f"{clean_up}_for_bpe_even_though_it_will_corrupt_output"
    path.write_text(json.dumps(json.loads(path.read_text()) | {clean_up: True, forced: True}))
    return directory


def test_a_directory_of_transformers_is_loaded(tiny_directory: Path, tiny_engine: "TransformersEngine") -> None:
    request = GenerationRequest("hi", max_tokens=30)
    engine = TransformersEngine(tiny_directory)
    assert engine.direct_answer(request) == tiny_engine.direct_answer(request)
    assert engine._decode(engine._tokenizer("a .")["input_ids"]) == "a ."
    engine.close()


def test_a_file_that_is_no_model_is_an_engine_error(private_cache: Path) -> None:
    path = private_cache / "broken.gguf"
    path.write_bytes(b"not a model")
    with pytest.raises(EngineError, match=r"cannot load .*broken\.gguf"):
        TransformersEngine(path)


@pytest.mark.parametrize(
    ("field", "value"), [("device", "tpu"), ("dtype", "int4"), ("threads", 0), ("model", Path("missing"))]
)
def test_unusable_settings_are_refused(field: str, value: object) -> None:
    with pytest.raises(ConfigError) as caught:
        TransformersEngine(**{field: value})
    assert caught.value.field == field


def test_cuda_is_refused_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(ConfigError, match="no CUDA device"):
        TransformersEngine(device="cuda")


PLAIN = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>"
NO_SYSTEM = "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}" + PLAIN


@pytest.mark.parametrize(
    ("template", "system", "read"),
    [
        (None, None, "a\nb\nWhy?"),
        (None, "Be brief.", "Be brief.\na\nb\nWhy?"),
        (PLAIN, None, "<user>a<assistant>b<user>Why?<assistant>"),
        (PLAIN, "", "<system><user>a<assistant>b<user>Why?<assistant>"),
        (PLAIN, "Be brief.", "<system>Be brief.<user>a<assistant>b<user>Why?<assistant>"),
        (NO_SYSTEM, "Be brief.", "<user>Be brief.\n\na<assistant>b<user>Why?<assistant>"),
    ],
)
def test_the_whole_conversation_is_read(
    tiny_engine: "TransformersEngine",
    monkeypatch: pytest.MonkeyPatch,
    template: str | None,
    system: str | None,
    read: str,
) -> None:
    monkeypatch.setattr(tiny_engine._tokenizer, "chat_template", template)
    request = GenerationRequest("Why?", 1, system=system, turns=("a", "b"))
    ids = tiny_engine._encode(request)
    assert tiny_engine._decode(ids[0].tolist()) == read
    assert tiny_engine.count_tokens(request) == ids.shape[1]


def test_a_template_that_takes_no_prompt_is_told(
    tiny_engine: "TransformersEngine", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiny_engine._tokenizer, "chat_template", "{{ raise_exception('never') }}")
    for system in (None, "Be brief."):
        with pytest.raises(EngineError, match="never"):
            tiny_engine.start(GenerationRequest("Why?", 1, system=system), now_s=0.0)


@pytest.mark.model
def test_the_model_remembers_what_was_said(smollm2: "TransformersEngine", drain: Drain) -> None:
    turns = ("My dog is called Zebulon.", "Zebulon is a fine name for a dog.")
    request = GenerationRequest("What is my dog called?", max_tokens=20, turns=turns)
    assert "Zebulon" in text_of(drain(smollm2.start(request, now_s=0.0)))


@pytest.mark.model
def test_the_model_knows_what_it_is_asked(smollm2: "TransformersEngine", drain: Drain) -> None:
    request = GenerationRequest("What is the capital of France?", max_tokens=30)
    events = drain(smollm2.start(request, now_s=0.0))
    assert "Paris" in text_of(events)
    assert isinstance(events[-1], Finished)
    assert events[-1].reason is FinishReason.STOP


@pytest.mark.model
@pytest.mark.parametrize("temperature", [0.0, 0.8])
def test_the_model_streams_what_plain_generate_gives(
    smollm2: "TransformersEngine", drain: Drain, temperature: float
) -> None:
    request = GenerationRequest("Répétez : naïve café 🛰️🌍, 日本語.", 24, temperature, seed=7)
    assert text_of(drain(smollm2.start(request, now_s=0.0))) == smollm2.direct_answer(request)


@pytest.mark.model
def test_a_limit_inside_a_character_cuts_as_plain_generate_does(smollm2: "TransformersEngine", drain: Drain) -> None:
    prompt = "Repeat: 🛰️🛰️🛰️🛰️"
    for max_tokens in count(1):
        request = GenerationRequest(prompt, max_tokens)
        whole = smollm2.direct_answer(request)
        assert text_of(drain(smollm2.start(request, now_s=0.0))) == whole
        if whole.endswith(INCOMPLETE):
            return
        assert max_tokens < 20, "the answer has no character of several tokens"


@pytest.mark.model
def test_the_model_ends_before_a_stop_string(smollm2: "TransformersEngine", drain: Drain) -> None:
    request = GenerationRequest("Count from one to nine in words.", max_tokens=20)
    whole = smollm2.direct_answer(request)
    stop = whole[10:14]
    stopped = GenerationRequest(request.prompt, request.max_tokens, stop=(stop,))
    events = drain(smollm2.start(stopped, now_s=0.0))
    assert text_of(events) == whole[: whole.index(stop)] == smollm2.direct_answer(stopped)


@pytest.mark.model
def test_the_chat_template_is_counted(smollm2: "TransformersEngine") -> None:
    assert smollm2.count_tokens(GenerationRequest("hi", 1)) == 31
    assert smollm2.max_prompt_tokens == 8191
