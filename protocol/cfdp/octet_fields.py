"""Fields that CFDP PDUs share: file-size sensitive, length-value, type-length-value (CCSDS 727.0-B-5 5.1, 5.4)."""

from dataclasses import dataclass

from protocol.errors import LocalError, RemoteError

MAX_VALUE_OCTETS = 255
TYPE_MESSAGE_TO_USER = 2
TYPE_ENTITY_ID = 6


def size_octets(large_file: bool) -> int:
    """Return how many octets a file size or offset takes (5.1.10)."""
    return 8 if large_file else 4


def encode_size(field: str, value: int, large_file: bool) -> bytes:
    """Return a file size or offset as 4 or 8 octets. Raises LocalError if it does not fit."""
    octets = size_octets(large_file)
    if value >> 8 * octets:
        raise LocalError(
            field, value, f"less than 2^{8 * octets} in a PDU {'of' if large_file else 'not of'} a large file"
        )
    return value.to_bytes(octets, "big")


def encode_lv(value: bytes) -> bytes:
    """Return `value` after its length."""
    return bytes([len(value)]) + value


def encode_tlv(kind: int, value: bytes) -> bytes:
    """Return `value` after its type and length."""
    return bytes([kind]) + encode_lv(value)


@dataclass(slots=True)
class FieldReader:
    """Reads a PDU's parameters one after the other; `what` names the PDU in RemoteError."""

    what: str
    octets: bytes
    position: int = 0

    @property
    def more(self) -> bool:
        """Whether any octets are left."""
        return self.position < len(self.octets)

    def take(self, count: int) -> bytes:
        """Return the next `count` octets. Raises RemoteError if there are fewer."""
        end = self.position + count
        if end > len(self.octets):
            raise RemoteError(self.what, f"ends {end - len(self.octets)} octets before its fields do")
        taken = self.octets[self.position : end]
        self.position = end
        return taken

    def number(self, count: int) -> int:
        """Return the next `count` octets as an unsigned integer."""
        return int.from_bytes(self.take(count), "big")

    def size(self, large_file: bool) -> int:
        """Return a file size or offset."""
        return self.number(size_octets(large_file))

    def value(self) -> bytes:
        """Return the value of an LV."""
        return self.take(self.number(1))

    def text(self) -> str:
        """Return the value of an LV that is a file name."""
        try:
            return self.value().decode()
        except UnicodeDecodeError as error:
            raise RemoteError(self.what, "a file name is not UTF-8") from error

    def tlvs(self) -> list[tuple[int, bytes]]:
        """Return the types and values of all TLVs that are left."""
        found = []
        while self.more:
            found.append((self.number(1), self.value()))
        return found

    def entity_id(self) -> int | None:
        """Return the fault location among the TLVs that are left (5.4.6), None if there is none."""
        ids = [value for kind, value in self.tlvs() if kind == TYPE_ENTITY_ID]
        if not ids:
            return None
        if not 1 <= len(ids[0]) <= 8:
            raise RemoteError(self.what, f"an entity id of {len(ids[0])} octets")
        return int.from_bytes(ids[0], "big")

    def end(self) -> None:
        """Raise RemoteError if any octets are left."""
        if self.more:
            raise RemoteError(self.what, f"{len(self.octets) - self.position} octets follow its fields")


def encode_entity_id(entity_id: int | None) -> bytes:
    """Return a fault location in as few octets as hold it, nothing for None."""
    if entity_id is None:
        return b""
    return encode_tlv(TYPE_ENTITY_ID, entity_id.to_bytes(max(1, (entity_id.bit_length() + 7) // 8), "big"))
