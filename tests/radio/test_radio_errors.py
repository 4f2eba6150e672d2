import pytest

from radio.errors import CodingError, DecodeError, ProfileError, RadioError


@pytest.mark.parametrize("error_type", [ProfileError, CodingError])
def test_the_callers_errors_name_field_value_and_what_is_accepted(error_type):
    error = error_type("interleave", 7, "1 to 5 or 8")
    assert all(part in str(error) for part in ("interleave", "7", "1 to 5 or 8"))
    assert (error.value, error.accepted) == (7, "1 to 5 or 8")
    assert isinstance(error, RadioError)


def test_decode_error_names_the_code_and_the_reason():
    error = DecodeError("BCH(63,56)", "codeblock rejected")
    assert (error.code, error.reason) == ("BCH(63,56)", "codeblock rejected")
    assert str(error) == "BCH(63,56): codeblock rejected"
    assert isinstance(error, RadioError)
