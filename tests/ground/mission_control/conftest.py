from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ground.mission_control.xtce import xtce_database

Decode = Callable[[bytes], list[dict[str, Any]]]


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database as a file."""
    path = tmp_path_factory.mktemp("xtce") / "flatsat.xml"
    path.write_text(xtce_database(), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def decode(database: Path) -> Decode:
    """What an independent program reads of packets, with the database and nothing else."""
    spp = pytest.importorskip("space_packet_parser", reason="needs the Python package space-packet-parser")
    definition = spp.load_xtce(database)
    return lambda octets: [dict(definition.parse_bytes(packet)) for packet in spp.ccsds_generator(octets)]
