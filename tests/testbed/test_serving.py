"""What a rig's gateway is told, on a command line and as JSON."""

import dataclasses
from pathlib import Path

from pydantic import TypeAdapter

from ground.gateway_command import GatewayOptions
from testbed.serving import Serving

SERVING = Serving(
    "127.0.0.1:0",
    Path("/runs/1"),
    {"no_link": "queue", "cancel_after_s": "1", "api_keys": "/keys.toml", "services": "/services.toml"},
)


def test_the_options_of_a_ground_station() -> None:
    assert SERVING.arguments("127.0.0.1:81") == [
        *("--http", "127.0.0.1:81", "--forecast", "/runs/1/forecast.json", "--events", "/runs/1/events.jsonl"),
        *("--no-link", "queue", "--cancel-after-s", "1", "--api-keys", "/keys.toml", "--services", "/services.toml"),
    ]


def test_the_same_as_the_gateway_has_it() -> None:
    told = TypeAdapter(GatewayOptions).validate_json(SERVING.as_json())
    files = {"api_keys": Path("/keys.toml"), "services": Path("/services.toml")}
    assert told == GatewayOptions("127.0.0.1:0", no_link="queue", cancel_after_s=1.0, **files)


def test_options_are_called_as_the_gateway_calls_them() -> None:
    assert SERVING.options.keys() <= {each.name for each in dataclasses.fields(GatewayOptions)}
