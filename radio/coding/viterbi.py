"""The Viterbi decoder of the K = 7 code with G1 = 171, G2 = 133 (octal), compiled: 64 states in vector registers.

State metrics stay where they are. A step joins two states that differ in their oldest bit, and their two successors fit
into the same two places. Place p holds state p before the first step, and p rotated left by k bits after k steps: after
six all is as it was. A step is then one exchange of lanes, one sum, one difference and one maximum. Metrics are
correlations. A bit of 1 among the decisions says that the path to that place came from the other of the two.

The six steps are written as vectors of LLVM, which fits them to the processor: loops over arrays are compiled with a
check for overlaps in each step, which takes five times as long as the step.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

MEMORY_BITS = 6
STATES = 1 << MEMORY_BITS
G1_DELAYS = (0, 1, 2, 3, 6)
G2_DELAYS = (0, 2, 3, 5, 6)

_LEVELS = np.float32(127)
_UNREACHED = np.int16(-4000)  # two paths of six steps differ by 3048 at most
_STEPS_BETWEEN_NORMALISATIONS = 48  # 48 x 254 beside that fits 16 bits

_METRIC = ir.IntType(16)
_METRICS = ir.VectorType(_METRIC, STATES)
_BRANCHES = ir.VectorType(_METRIC, 4)
_DECISIONS = ir.IntType(STATES)
_LANES = ir.VectorType(ir.IntType(32), STATES)


def _state_at(place: int, step: int) -> int:
    """Return the state that `place` holds before `step`."""
    shift = step % MEMORY_BITS
    return (place << shift | place >> MEMORY_BITS - shift) % STATES


def _symbols_at(place: int, step: int) -> int:
    """Return which of the branches ++, +-, -+, -- keeps a path in `place` at `step`."""
    register = _state_at(place, step) << 1 | _state_at(place, step + 1) & 1
    first, second = (sum(register >> delay & 1 for delay in delays) % 2 for delays in (G1_DELAYS, G2_DELAYS))
    return 2 * first + second


def _shuffled(builder: Any, vector: Any, lanes: list[int]) -> Any:
    return builder.shuffle_vector(vector, ir.Constant(vector.type, ir.Undefined), ir.Constant(_LANES, lanes))


def _emit_step(builder: Any, own: Any, branch: Any, step: int) -> tuple[Any, Any]:
    """Write the code of one step; return the new metrics and, for each place, whether the other one was better."""
    gain = _shuffled(builder, branch, [_symbols_at(place, step) for place in range(STATES)])
    other = _shuffled(builder, own, [place ^ STATES >> 1 + step for place in range(STATES)])
    staying, coming = builder.add(own, gain), builder.sub(other, gain)
    came = builder.icmp_signed(">", coming, staying)
    return builder.select(came, coming, staying), came


@intrinsic
def _six_steps(_context, metrics, branches, decisions, first):  # type: ignore[no-untyped-def]
    """Take six steps from `first` on: metrics int16[64], branches int16[n, 4], decisions uint64[n]."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        metrics_at, branches_at, decisions_at = (
            builder.bitcast(context.make_array(array)(context, builder, value).data, vector.as_pointer())
            for array, value, vector in zip(signature.args, arguments, (_METRICS, _BRANCHES, _DECISIONS), strict=False)
        )
        own = builder.load(metrics_at, align=2)
        for step in range(MEMORY_BITS):
            index = [builder.add(arguments[3], ir.Constant(arguments[3].type, step))]
            branch = builder.load(builder.gep(branches_at, index), align=2)
            own, came = _emit_step(builder, own, branch, step)
            builder.store(builder.bitcast(came, _DECISIONS), builder.gep(decisions_at, index), align=8)
        builder.store(own, metrics_at, align=2)
        return context.get_dummy_value()

    return types.void(metrics, branches, decisions, first), generate


@njit(cache=True, nogil=True)
def decode(soft, gain, second_sign, start_state, end_state):  # type: ignore[no-untyped-def]
    """Return the most likely bits, uint8[n], from `start_state` to `end_state` (newest bit lowest).

    soft: float32[2 n], positive for bit 0, times `gain` clipped to +-127; each second one is taken `second_sign` times.
    """
    steps = soft.size // 2
    padded = (steps + MEMORY_BITS - 1) // MEMORY_BITS * MEMORY_BITS
    branches = np.zeros((padded, 4), np.int16)
    _correlate(soft, gain, second_sign, branches)
    decisions = np.empty(padded, np.uint64)
    _search(branches, start_state, decisions)
    return _trace_back(decisions, steps, end_state)


@njit(cache=True, nogil=True)
def _correlate(soft, gain, second_sign, branches):  # type: ignore[no-untyped-def]
    for step in range(soft.size // 2):
        first = np.int16(np.rint(min(max(soft[2 * step] * gain, -_LEVELS), _LEVELS)))
        second = np.int16(np.rint(min(max(soft[2 * step + 1] * gain * second_sign, -_LEVELS), _LEVELS)))
        branch = branches[step]
        branch[0] = first + second
        branch[1] = first - second
        branch[2] = second - first
        branch[3] = -first - second


@njit(cache=True, nogil=True)
def _search(branches, start_state, decisions):  # type: ignore[no-untyped-def]
    metrics = np.full(STATES, _UNREACHED, np.int16)
    metrics[start_state] = 0
    for first in range(0, decisions.size, MEMORY_BITS):
        if first % _STEPS_BETWEEN_NORMALISATIONS == 0:
            metrics -= metrics[0]
        _six_steps(metrics, branches, decisions, first)


@njit(cache=True, nogil=True)
def _trace_back(decisions, steps, end_state):  # type: ignore[no-untyped-def]
    bits = np.empty(steps, np.uint8)
    turned = steps % MEMORY_BITS
    place = (end_state >> turned | end_state << MEMORY_BITS - turned) % STATES
    for step in range(steps - 1, -1, -1):
        exchanged = MEMORY_BITS - 1 - step % MEMORY_BITS
        bits[step] = place >> exchanged & 1
        came = np.int64(decisions[step] >> np.uint64(place) & np.uint64(1))
        place ^= came << exchanged
    return bits
