"""A socket that listens where an operator says."""

import socket

from ground.errors import RequestError
from ground.gateway.address import Address

Option = tuple[int, int, int]
"""Level, name and value, as `setsockopt` takes them; every connection has it, too."""


def listening(field: str, address: Address, backlog: int, option: Option) -> socket.socket:
    """Return a socket that listens on an address. Raise RequestError naming the field if that cannot be had."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.setsockopt(*option)
        found.bind((address.host, address.port))
        found.listen(backlog)
    except OSError as error:
        found.close()
        accepted = f"an address of this machine that is free ({error.strerror or error})"
        raise RequestError(field, str(address), accepted) from None
    return found
