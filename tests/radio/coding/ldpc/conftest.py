import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from radio.coding.ldpc.ar4ja import INFORMATION_BITS, RATES, ar4ja_code
from radio.coding.ldpc.encoder import encoder
from radio.coding.ldpc.tc import CODEWORD_BITS, tc_code

GOLDEN = Path(__file__).parents[3] / "golden" / "ldpc.json"
AR4JA = [(rate, information_bits) for rate in RATES for information_bits in INFORMATION_BITS]


@pytest.fixture(scope="session")
def ldpc_golden() -> dict[str, Any]:
    return json.loads(GOLDEN.read_text())


@pytest.fixture(params=AR4JA, ids=lambda parameters: f"{parameters[0]}-{parameters[1]}")
def ar4ja(request):
    """Rate and information bits of each telemetry code."""
    return request.param


@pytest.fixture(params=[*AR4JA, *CODEWORD_BITS], ids=str)
def code(request):
    """H of each code."""
    return tc_code(request.param) if isinstance(request.param, int) else ar4ja_code(*request.param)


@pytest.fixture(scope="session")
def received():
    """A function that gives a random codeword's bits and its soft symbols at an Eb/N0 in dB."""

    def make(code, eb_n0_db, seed=0):
        rng = np.random.default_rng(seed)
        codeword = encoder(code).encode(rng.integers(0, 2, code.information_bits, np.uint8))
        es_n0 = 10 ** (eb_n0_db / 10) * code.information_bits / code.codeword_bits
        noise = rng.normal(0, np.sqrt(0.5 / es_n0), codeword.size)
        return codeword, (1 - 2.0 * codeword + noise).astype(np.float32)

    return make
