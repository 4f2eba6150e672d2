"""Files that other programs wrote, or ours before a power cut: recordings, elements, models, counters, ledgers."""

import hashlib
import json
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np

from edge.counter_file import CounterFile, create_counter_file
from flatsat.models.errors import ModelError
from flatsat.models.pointers import Pointers, load_pointers, save_pointers
from flatsat.models.safetensors_file import tensor_places
from fuzz.parser import Parser
from fuzz.scratch import fresh_folder, scratch_file
from ground.errors import RequestError
from ground.model_source import find_source
from linkbudget.errors import LinkInputError
from linkbudget.orbit.element_file import parse_elements
from protocol.errors import ProtocolError
from radio.errors import RecordingError
from radio.recording.open_recording import open_recording
from radio.recording.sigmf_file import SigmfWriter
from testbed.campaign.count import Count
from testbed.campaign.ledger import LEDGER, Ledger
from testbed.errors import ScenarioError

_BLOCK = 64
_ORIGINS = {"campaign": "a", "code": "b"}
_TLE = b"""ISS (ZARYA)
1 25544U 98067A   26211.86173118  .00009023  00000+0  17005-3 0  9996
2 25544  51.6314  83.9591 0007096 355.3737   4.7185 15.49272805578527
"""
_OMM = {
    "OBJECT_NAME": "ISS (ZARYA)",
    "EPOCH": "2026-07-30T20:40:53.571552",
    "MEAN_MOTION": 15.49272805,
    "ECCENTRICITY": 0.0007096,
    "INCLINATION": 51.6314,
    "RA_OF_ASC_NODE": 83.9591,
    "ARG_OF_PERICENTER": 355.3737,
    "MEAN_ANOMALY": 4.7185,
    "EPHEMERIS_TYPE": 0,
    "NORAD_CAT_ID": 25544,
    "BSTAR": 0.00017005,
    "MEAN_MOTION_DOT": 9.023e-5,
    "MEAN_MOTION_DDOT": 0,
}


def _play(name: str) -> Callable[[bytes], int]:
    """Return what reads a recording of that name to its end, and tells how many samples there were."""

    def play(octets: bytes) -> int:
        recording = open_recording(scratch_file(name, octets), 48e3 if name.endswith(".cs16") else None)
        return sum(len(block) for block in recording.blocks(_BLOCK))

    return play


def _wavs() -> list[bytes]:
    def wav(kind: int, channels: int, bits: int, data: bytes) -> bytes:
        layout = struct.pack("<HHIIHH", kind, channels, 48000, 0, 0, bits)
        chunks = b"WAVEfmt " + struct.pack("<I", 16) + layout + b"data" + struct.pack("<I", len(data)) + data
        return b"RIFF" + struct.pack("<I", len(chunks)) + chunks

    return [wav(1, 1, 16, bytes(range(64))), wav(3, 2, 32, bytes(64)), wav(1, 2, 8, bytes(9))]


def _sigmf_metas() -> list[bytes]:
    with fresh_folder() as folder:
        with SigmfWriter(Path(folder, "pass"), 240e3, 437e6, "downlink") as writer:
            writer.write(np.zeros(16, np.complex64))
            writer.annotate(2, 4, "CADU 1")
        told = json.loads(Path(folder, "pass.sigmf-meta").read_bytes())
    del told["global"]["core:sha512"]
    whole = {**told, "captures": [{"core:sample_start": 0, "core:header_bytes": 8}]}
    return [json.dumps(each).encode() for each in (told, whole)]


def _open_sigmf(octets: bytes) -> int:
    scratch_file("pass.sigmf-data", bytes(128))
    return _play("pass.sigmf-meta")(octets)


def _omms() -> list[bytes]:
    kvn = "CCSDS_OMM_VERS = 3.0\n" + "".join(f"{keyword} = {value}\n" for keyword, value in _OMM.items())
    leaves = "".join(f"<{keyword}>{value}</{keyword}>" for keyword, value in _OMM.items())
    csv = ",".join(_OMM) + "\n" + ",".join(map(str, _OMM.values())) + "\n"
    xml = f"<ndm><omm><body><segment>{leaves}</segment></body></omm></ndm>"
    return [json.dumps([_OMM]).encode(), kvn.encode(), csv.encode(), xml.encode()]


def _elements(octets: bytes) -> object:
    return parse_elements(octets.decode("utf-8", "replace"))


def _count(octets: bytes) -> int:
    file = CounterFile(scratch_file("counters", octets), ScenarioError)
    try:
        file.raise_to("sent", file.highest("sent") + 1)
        return file.highest("sent")
    finally:
        file.close()


def _count_mended(octets: bytes) -> int:
    """Read counters of which the file has the right hash, as far as they are numbers."""
    try:
        counters = {name: int(number) for name, number in json.loads(octets).items()}
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return _count(b'{"counters": ' + octets + b', "sha256": ""}')
    digest = hashlib.sha256(json.dumps(counters, sort_keys=True).encode()).hexdigest()
    return _count(json.dumps({"counters": counters, "sha256": digest}).encode())


def _counters() -> list[bytes]:
    path = scratch_file("counters", b"")
    create_counter_file(path)
    empty = path.read_bytes()
    _count(empty)
    return [empty, path.read_bytes()]


def _point(octets: bytes) -> Pointers:
    """Load pointers whose hash is right, and save them again."""
    path = scratch_file("pointers", hashlib.sha256(octets).digest() + octets)
    pointers = load_pointers(path).ordered(1).tried("a").without("b").serving("c")
    save_pointers(path, pointers)
    return pointers


def _pointers() -> list[bytes]:
    path = scratch_file("pointers", b"")
    save_pointers(path, Pointers("a", "b", "c", 2, ("d", "e"), 7))
    return [path.read_bytes()[32:]]


def _safetensors() -> list[bytes]:
    row = {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}
    half = {"dtype": "BF16", "shape": [4], "data_offsets": [16, 24]}
    header = json.dumps({"__metadata__": {"format": "pt"}, "a.weight": row, "b": half}).encode()
    return [struct.pack("<Q", len(header)) + header + bytes(24)]


def _read_tensors(octets: bytes) -> int:
    places = tensor_places(scratch_file("model.safetensors", octets))
    return sum(place.read().size for place in places.values())


def _find_model(octets: bytes) -> object:
    """Look at a directory whose files hold the octets: the first says which is not as it should be."""
    with fresh_folder() as folder:
        good = {"config.json": b"{}", "model.safetensors": _safetensors()[0]}
        names = ("config.json", "model.safetensors", "model.gguf")
        name, rest = names[octets[0] % len(names) if octets else 0], octets[1:]
        files = {name: rest} if name.endswith(".gguf") else {**good, name: rest}
        for each, content in files.items():
            Path(folder, each).write_bytes(content)
        return find_source(Path(folder, name) if name.endswith(".gguf") else Path(folder), "model").describe()


def _open_ledger(octets: bytes) -> Count:
    scratch = scratch_file(LEDGER, octets)
    with Ledger(scratch.parent, _ORIGINS, anew=False) as ledger:
        return sum((count for _, _, count in ledger.found), Count())


def _ledgers() -> list[bytes]:
    path = scratch_file(LEDGER, b"")
    with Ledger(path.parent, _ORIGINS, anew=True) as ledger:
        ledger.add(0, 0, Count(50, 50, 49))
        ledger.add(1, 0, Count(50, 50, 50, 0, 0, 1000, 3))
    return [path.read_bytes()]


PARSERS = (
    Parser("WAV", _play("pass.wav"), (RecordingError,), _wavs),
    Parser("SigMF", _open_sigmf, (RecordingError,), _sigmf_metas),
    Parser("raw IQ", _play("pass.cs16"), (RecordingError,), lambda: [bytes(range(40))]),
    Parser("orbital elements", _elements, (LinkInputError,), lambda: [_TLE, 2 * _TLE, *_omms()]),
    Parser("counters", _count, (ScenarioError,), _counters),
    Parser("counters, hash mended", _count_mended, (ScenarioError,), lambda: [b'{"sent": 256, "accepted": 12}']),
    Parser("pointers to models, hash mended", _point, (), _pointers),
    Parser("safetensors", _read_tensors, (ModelError,), _safetensors),
    Parser(
        "model to send",
        _find_model,
        (RequestError, ProtocolError),
        lambda: [b"\0{}", b"\1" + _safetensors()[0], b"\2GGUF\3\0\0\0" + bytes(16)],
    ),
    Parser("ledger of a campaign", _open_ledger, (ScenarioError,), _ledgers),
)
"""Their order is that of the corpus: new ones go last."""
