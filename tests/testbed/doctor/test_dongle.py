from collections.abc import Iterable
from dataclasses import replace

import pytest

from testbed.doctor.dongle import Dongle, KernelDriver, check_dongles, dongles, judge_dongles, judge_driver
from testbed.doctor.finding import Level
from tests.testbed.doctor.conftest import NOTHING, MakeMachine, told

ONE = Dongle("00000001", "/dev/bus/usb/001/004", usable=True)
TWO = Dongle("lab2", "/dev/bus/usb/001/005", usable=True)
MODULES = "dvb_usb_rtl28xxu 40960 0 - Live 0x0000000000000000\ndvb_usb_v2 45056 1 dvb_usb_rtl28xxu, Live 0x0\n"


def plugged_in(place: str, serial: str = "00000001", product: str = "2838", vendor: str = "0bda") -> dict[str, str]:
    folder = f"/sys/bus/usb/devices/{place}"
    told = {"idVendor": vendor, "idProduct": product, "serial": serial, "busnum": "1", "devnum": "4"}
    return {f"{folder}/{name}": text + "\n" for name, text in told.items()}


def wanted(*names: str) -> frozenset[str]:
    return frozenset(names)


@pytest.mark.parametrize("product", ["2832", "2838"])
def test_dongles_are_found_on_usb(make_machine: MakeMachine, product: str) -> None:
    assert dongles(make_machine(plugged_in("1-2", product=product))) == [ONE]


@pytest.mark.parametrize("other", [{"product": "8153"}, {"vendor": "0483"}])
def test_other_devices_are_none(make_machine: MakeMachine, other: dict[str, str]) -> None:
    assert dongles(make_machine(plugged_in("1-2", **other) | {"/sys/bus/usb/devices/1-0:1.0/x": ""})) == []


def test_rights_are_those_of_the_node(make_machine: MakeMachine) -> None:
    asked = []
    machine = make_machine(plugged_in("1-2"), may_use=lambda path: asked.append(str(path)) or False)
    (dongle,) = dongles(machine)
    assert not dongle.usable
    assert asked[0].endswith("/dev/bus/usb/001/004")


@pytest.mark.parametrize("names", [(), ("",), ("00000001",), ("0",), ("1",), ("lab2", "00000001")])
def test_the_wanted_are_there(names: Iterable[str]) -> None:
    (finding,) = judge_dongles([ONE, TWO], wanted(*names))
    assert (finding.level, finding.says) == (Level.OK, "00000001, lab2")


def test_none_plugged_in_is_missing_where_one_is_wanted() -> None:
    (finding,) = judge_dongles([], wanted("00000001"))
    assert finding.level is Level.MISSING
    assert "lsusb" in finding.mend
    (finding,) = judge_dongles([], wanted())
    assert finding.level is Level.ABSENT


@pytest.mark.parametrize("name", ["00000007", "2"])
def test_another_than_the_wanted_is_named(name: str) -> None:
    (finding,) = judge_dongles([ONE, TWO], wanted(name, "lab2"))
    assert finding.level is Level.MISSING
    assert f"serial number {name}; there: 00000001, lab2" in finding.says


def test_one_that_this_user_may_not_use() -> None:
    (finding,) = judge_dongles([replace(ONE, usable=False)], wanted(""))
    assert finding.level is Level.WRONG
    assert "/dev/bus/usb/001/004" in finding.says
    assert "plugdev" in finding.mend


@pytest.mark.parametrize(
    ("settings", "denied"),
    [
        ("# comment\nblacklist dvb_usb_rtl28xxu\n", True),
        ("install dvb_usb_rtl28xxu /bin/false", True),
        ("#blacklist dvb_usb_rtl28xxu", False),
        ("blacklist dvb_usb_rtl28xxu_other", False),
    ],
)
def test_the_kernels_driver_may_be_kept_out(make_machine: MakeMachine, settings: str, denied: bool) -> None:
    machine = make_machine({"/etc/modprobe.d/sdr.conf": settings, "/etc/modprobe.d/sdr.conf.old": "blacklist x"})
    assert KernelDriver.of(machine) == KernelDriver(loaded=False, denied=denied)


def test_the_kernels_driver_is_seen_when_loaded(make_machine: MakeMachine) -> None:
    assert KernelDriver.of(make_machine({"/proc/modules": MODULES})).loaded
    assert not KernelDriver.of(make_machine({"/proc/modules": "dvb_usb_v2 45056 0 - Live 0x0\n"})).loaded


def test_a_loaded_driver_is_unloaded_and_kept_out() -> None:
    finding = judge_driver(KernelDriver(loaded=True, denied=False), needed=True)
    assert finding.level is Level.WRONG
    assert finding.mend.startswith("echo blacklist dvb_usb_rtl28xxu | sudo tee /etc/modprobe.d/")
    assert judge_driver(KernelDriver(True, True), needed=True).mend == "sudo modprobe -r dvb_usb_rtl28xxu"
    assert judge_driver(KernelDriver(True, True), needed=False).level is Level.ABSENT
    assert judge_driver(KernelDriver(False, False), needed=True).level is Level.OK


def test_a_dongle_with_the_driver_in_the_way(make_machine: MakeMachine) -> None:
    machine = make_machine(plugged_in("1-2") | {"/proc/modules": MODULES})
    findings = list(check_dongles(machine, replace(NOTHING, dongles=wanted("00000001"))))
    assert told(findings) == [("RTL-SDR", "ok"), ("DVB driver", "wrong")]
