"""Octets compressed with zstd (RFC 8878), with a dictionary of plain octets or none. The only user of `zstandard`."""

import zstandard

from protocol.errors import RemoteError

_LEVEL = 9
_WINDOW_LOG = 24  # 16 MiB: a chunk and what it refers to


def compress(data: bytes, dictionary: bytes = b"") -> bytes:
    """Return one zstd frame that says how much it holds."""
    # Tables with a place for each octet of the dictionary: with the level's own, zstd forgets how it began.
    log = max(10, (len(dictionary) - 1).bit_length())
    tables = {"hash_log": log, "chain_log": log} if dictionary else {}
    settings = zstandard.ZstdCompressionParameters.from_level(
        _LEVEL, source_size=len(data), dict_size=len(dictionary), window_log=_WINDOW_LOG, **tables
    )
    return zstandard.ZstdCompressor(dict_data=_raw(dictionary), compression_params=settings).compress(data)


def decompress(frame: bytes, octets: int, dictionary: bytes = b"") -> bytes:
    """Return what one zstd frame holds, if that is `octets`: known before memory is taken. Raises RemoteError."""
    try:
        declared = zstandard.get_frame_parameters(frame).content_size
        if declared != octets:
            raise RemoteError("zstd frame", f"it says that it holds {declared} octets, not {octets}")
        decompressor = zstandard.ZstdDecompressor(dict_data=_raw(dictionary), max_window_size=1 << _WINDOW_LOG)
        data = decompressor.decompress(frame, max_output_size=octets, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise RemoteError("zstd frame", str(error)) from error
    if len(data) != octets:
        raise RemoteError("zstd frame", f"it holds {len(data)} octets, not {octets}")
    return data


def _raw(dictionary: bytes) -> zstandard.ZstdCompressionDict | None:
    return zstandard.ZstdCompressionDict(dictionary, dict_type=zstandard.DICT_TYPE_RAWCONTENT) if dictionary else None
