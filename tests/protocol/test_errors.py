import copy
import pickle

import pytest

from protocol.errors import LocalError, ProtocolError, RemoteError


def test_a_local_error_names_field_value_and_what_is_accepted() -> None:
    error = LocalError("apid", 9000, "an integer from 0 to 2046")
    assert str(error) == "apid: 9000 is not allowed; accepted: an integer from 0 to 2046"
    assert (error.field, error.value) == ("apid", 9000)


def test_a_long_value_is_cut_in_the_message_only() -> None:
    error = LocalError("data", bytes(1000), "less")
    assert len(str(error)) < 140
    assert error.value == bytes(1000)


def test_a_remote_error_names_what_and_why() -> None:
    assert str(RemoteError("FECF", "CRC-16 does not match")) == "FECF: CRC-16 does not match"


@pytest.mark.parametrize("error", [LocalError("a", 1, "b"), RemoteError("a", "b")])
def test_errors_can_be_copied_between_processes(error: ProtocolError) -> None:
    assert str(pickle.loads(pickle.dumps(error))) == str(copy.copy(error)) == str(error)
