"""What is measured of an answer: each figure's name, meaning and source, in one place.

Times are link time. In a scenario that runs faster than the wall's clock they are what a real pass would have shown.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of a prompt; ``name`` carries the unit and stays what it is in every JSON object."""

    name: str
    label: str
    unit: str
    meaning: str
    source: str = ""
    digits: int = 2
    more_is_better: bool = False


_NIM = "NVIDIA, NIM LLMs benchmarking guide, Metrics"

TTFT = Measure(
    "ttft_s",
    "TTFT",
    "s",
    "time to first token: from the operator's return key (queued) to the first word readable on the ground "
    "(first_word_shown)",
    _NIM,
)
ITL = Measure(
    "itl_s",
    "ITL",
    "s",
    "inter-token latency: from one moment at which the answer grew on the ground to the next. Words come down a "
    "segment at a time, so this is the time between chunks, not between the model's tokens",
    "vLLM, bench serve: ITL between streamed chunks",
    digits=3,
)
E2E = Measure(
    "e2e_s", "E2E", "s", "end to end: from the return key (queued) to the last word on the ground (done)", _NIM
)
GOODPUT_TOKENS = Measure(
    "goodput_token_s",
    "goodput",
    "tokens/s",
    "tokens of the answer per second of E2E",
    "RFC 2647, 3.17, in tokens",
    more_is_better=True,
)
GOODPUT_OCTETS = Measure(
    "goodput_octet_s",
    "goodput",
    "octets/s",
    "octets of the answer's text (UTF-8) per second of E2E: no headers, nothing sent again. Not the requests per "
    "second within a service level that papers on serving call goodput",
    "RFC 2647, 3.17, in octets",
    digits=1,
    more_is_better=True,
)
INFERENCE = Measure(
    "inference_s",
    "inference",
    "s",
    "how long the model worked: by the engine's own clock; of an orbit, from when it began to when it ended",
)
OVERHEAD = Measure(
    "overhead_ratio",
    "overhead",
    "",
    "E2E over what no link could go below: wait for AOS, light time, air time of prompt and last frame, inference",
    digits=3,
)
ENERGY = Measure("energy_j", "energy", "J", "what the answer cost on board")
ENERGY_PER_TOKEN = Measure("j_per_token", "energy a token", "J", "that energy over the answer's tokens")

MEASURES = (TTFT, ITL, E2E, GOODPUT_TOKENS, GOODPUT_OCTETS, INFERENCE, OVERHEAD, ENERGY, ENERGY_PER_TOKEN)
