"""Where a server listens."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from ground.errors import RequestError
from ground.gateway.guard import is_this_machine


@dataclass(frozen=True, slots=True)
class Address:
    """A host and a TCP port; port 0 is any that is free."""

    host: str
    port: int

    @classmethod
    def of(cls, field: str, text: str) -> "Address":
        """Read HOST:PORT. Raises RequestError naming the field."""
        try:
            parts = urlsplit(f"//{text}")
            if parts.hostname and parts.port is not None and parts.netloc == text and "@" not in text:
                return cls(parts.hostname, parts.port)
        except ValueError:
            pass
        raise RequestError(field, text, "HOST:PORT, such as 127.0.0.1:8000")

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        return is_this_machine(self.host)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
