from pathlib import Path

import pytest

from ground.errors import RequestError
from ground.gateway.address import Address
from ground.gateway.api_keys import NOBODY, ApiKeys

ALICE, BOB = "alices-key-0123456789", "bobs-key-0123456789x"


def keys(path: Path, text: str, mode: int = 0o600) -> ApiKeys:
    file = path / "keys.toml"
    file.write_text(text)
    file.chmod(mode)
    return ApiKeys.load(file)


def test_whose_key_it_is(tmp_path: Path) -> None:
    known = keys(tmp_path, f'[keys]\nalice = "{ALICE}"\n"bob b" = "{BOB}"\n')
    assert [known.owner_of(key) for key in (ALICE, BOB, ALICE[:-1], "", None, "\udcff")] == [
        *("alice", "bob b"),
        *(None, None, None, None),
    ]
    assert ApiKeys().owner_of(None) == NOBODY


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        (f'[keys]\nalice = "{ALICE}"\n', 0o644),
        ("[keys]\n", 0o600),
        ('[keys]\nalice = "too short"\n', 0o600),
        (f'[keys]\nalice = "{ALICE}"\nbob = "{ALICE}"\n', 0o600),
        ("[keys\n", 0o600),
    ],
)
def test_files_of_keys_that_cannot_be_used(tmp_path: Path, text: str, mode: int) -> None:
    with pytest.raises(RequestError) as caught:
        keys(tmp_path, text, mode)
    assert ALICE not in str(caught.value)
    assert "too short" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "address", "is_local"),
    [
        ("127.0.0.1:8000", Address("127.0.0.1", 8000), True),
        ("localhost:0", Address("localhost", 0), True),
        ("[::1]:80", Address("::1", 80), True),
        ("0.0.0.0:80", Address("0.0.0.0", 80), False),
        ("station.example:80", Address("station.example", 80), False),
    ],
)
def test_addresses(text: str, address: Address, is_local: bool) -> None:
    assert Address.of("http", text) == address
    assert (str(address), address.is_local) == (text, is_local)


@pytest.mark.parametrize("text", ["", "8000", "127.0.0.1", ":80", "a:b", "a:70000", "a@b:80", "http://a:80", "[::1"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(RequestError, match="HOST:PORT"):
        Address.of("http", text)
