"""A filestore in memory: for tests, and for what simulates."""

from protocol.cfdp.header import TransactionId


class MemoryFilestore:
    """Files by name in `files`, and what comes in by its transaction; no file exceeds `max_octets`."""

    def __init__(self, files: dict[str, bytes] | None = None, max_octets: int = 1 << 30) -> None:
        self.files = dict(files or {})
        self.incoming: dict[TransactionId, bytearray] = {}
        self._max_octets = max_octets
        self._names: dict[TransactionId, str] = {}

    def size(self, name: str) -> int:
        """Return the octets of a file."""
        return len(self._file(name))

    def read(self, name: str, offset: int, octets: int) -> bytes:
        """Return `octets` of a file."""
        return self._file(name)[offset : offset + octets]

    def write(self, transaction: TransactionId, offset: int, data: bytes) -> None:
        """Keep a segment of what comes in."""
        end = offset + len(data)
        if end > self._max_octets:
            raise OSError(f"no room for {end} octets")
        kept = self.incoming.setdefault(transaction, bytearray())
        if len(kept) < offset:
            kept.extend(bytes(offset - len(kept)))
        kept[offset:end] = data

    def read_back(self, transaction: TransactionId, offset: int, octets: int) -> bytes:
        """Return `octets` of what came in."""
        if transaction in self._names:
            return self.read(self._names[transaction], offset, octets)
        return bytes(self.incoming.get(transaction, b"")[offset : offset + octets])

    def finish(self, transaction: TransactionId, name: str, size: int) -> None:
        """Name what came in."""
        if transaction in self._names:
            return
        self.files[name] = bytes(self.incoming.pop(transaction, b"")[:size])
        self._names[transaction] = name

    def discard(self, transaction: TransactionId) -> None:
        """Forget what came in."""
        self.incoming.pop(transaction, None)

    def _file(self, name: str) -> bytes:
        if name not in self.files:
            raise FileNotFoundError(name)
        return self.files[name]
