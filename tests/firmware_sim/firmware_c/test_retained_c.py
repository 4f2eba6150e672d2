import ctypes

from hypothesis import given
from hypothesis import strategies as st

SEALED_OCTETS = 8  # of its first, which the check covers


@given(st.integers(0, SEALED_OCTETS - 1), st.integers(1, 255))
def test_memory_that_changed_was_not_kept(firmware_library: ctypes.CDLL, index: int, change: int) -> None:
    retained = (ctypes.c_uint8 * SEALED_OCTETS).in_dll(firmware_library, "retained")
    firmware_library.retained_seal()
    assert firmware_library.retained_is_valid()
    retained[index] ^= change
    assert not firmware_library.retained_is_valid()
    retained[index] ^= change
    assert firmware_library.retained_is_valid()
