import pytest

from ground.errors import RequestError
from ground.gateway.address import Address
from ground.hamlib.rotator import Pointing, RotatorLimits
from ground.hamlib.settings import HamlibSettings
from ground.hamlib.tracker import TrackSettings

HERE = Address("127.0.0.1", 4532)


def test_two_do_not_steer_the_same() -> None:
    with pytest.raises(RequestError, match="nothing beside rigctld"):
        HamlibSettings(rigctld=HERE, radio="station")
    with pytest.raises(RequestError, match="nothing beside rotctld"):
        HamlibSettings(rotctld=HERE, rotator="simulated")


@pytest.mark.parametrize("field", ["radio", "rotator"])
def test_an_address_that_is_none(field: str) -> None:
    with pytest.raises(RequestError, match=f"{field} is 'elsewhere'; accepted: HOST:PORT"):
        HamlibSettings(**{field: "elsewhere"})  # type: ignore[arg-type]
    assert HamlibSettings(**{field: "localhost:4533"}).steers  # type: ignore[arg-type]


def test_servers_alone_need_no_forecast() -> None:
    assert not HamlibSettings(rigctld=HERE, rotctld=HERE).steers


def test_a_mount_is_parked_within_its_limits() -> None:
    track = TrackSettings(park=Pointing(400.0, 0.0))
    with pytest.raises(RequestError, match="park_deg is '400,0'; accepted: within 0 to 360 degrees of azimuth"):
        HamlibSettings(rotator="simulated", track=track)
    HamlibSettings(rotator="simulated", limits=RotatorLimits(0.0, 450.0), track=track)
    HamlibSettings(rotator="localhost:4533", track=track)  # how far it turns, it tells itself
