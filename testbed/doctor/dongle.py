"""RTL-SDRs on USB, what the kernel does with them, and whether this user may."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from testbed.doctor.finding import Finding, fault, lack, ok
from testbed.doctor.machine import Machine
from testbed.doctor.needs import Needs

NAME = "RTL-SDR"
DRIVER_NAME = "DVB driver"
_VENDOR, _PRODUCTS = "0bda", ("2832", "2838")
"""Realtek's RTL2832U, as almost all dongles have it."""
_DEVICES = "/sys/bus/usb/devices"
_MODULE = "dvb_usb_rtl28xxu"
"""The kernel's driver, which makes a television receiver of the dongle and keeps others out."""
_SETTINGS = ("/etc/modprobe.d", "/run/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d")
_DENIED = re.compile(rf"^\s*(?:blacklist\s+{_MODULE}|install\s+{_MODULE}\s+/bin/(?:true|false))\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Dongle:
    """One that is plugged in."""

    serial: str
    node: str
    """Its file in /dev/bus/usb."""
    usable: bool
    """Whether this user may read and write it."""


def dongles(machine: Machine) -> list[Dongle]:
    """Return those that are plugged in, in the order of their places."""
    return [_dongle(machine, place) for place in machine.names(_DEVICES) if _is_dongle(machine, place)]


def _is_dongle(machine: Machine, place: str) -> bool:
    vendor, product = (machine.text(f"{_DEVICES}/{place}/{name}") for name in ("idVendor", "idProduct"))
    return vendor == _VENDOR and product in _PRODUCTS


def _dongle(machine: Machine, place: str) -> Dongle:
    serial, bus, device = (machine.text(f"{_DEVICES}/{place}/{name}") or "" for name in ("serial", "busnum", "devnum"))
    node = f"/dev/bus/usb/{bus:0>3}/{device:0>3}"
    return Dongle(serial, node, machine.may_use(machine.at(node)))


def judge_dongles(found: list[Dongle], wanted: frozenset[str]) -> Iterator[Finding]:
    """Say whether those wanted, by serial number or index ('' for any), are there and may be used."""
    there = ", ".join(each.serial or "without serial number" for each in found)
    missing = sorted(name for name in wanted if not _answers_to(found, name))
    if not found:
        says = "none plugged in; for receivers on the air" if not wanted else "none plugged in"
        yield lack(NAME, says, "plug it in, then: lsusb -d 0bda:", needed=bool(wanted))
    for name in missing if found else []:
        mend = f"name one of those in the bench's file, or: rtl_eeprom -d 0 -s {name}"
        yield lack(NAME, f"none with serial number {name}; there: {there}", mend, needed=True)
    for each in found:
        if not each.usable:
            mend = "sudo apt-get install rtl-sdr; sudo usermod -aG plugdev $USER  # log in again, plug it in again"
            yield fault(NAME, f"this user may not use {each.node}", mend, needed=bool(wanted))
    if found and not missing and all(each.usable for each in found):
        yield ok(NAME, there)


def _answers_to(found: list[Dongle], name: str) -> bool:
    by_index = name.isdigit() and str(int(name)) == name and int(name) < len(found)
    return not name or by_index or any(each.serial == name for each in found)


@dataclass(frozen=True, slots=True)
class KernelDriver:
    """The kernel's own driver for dongles."""

    loaded: bool
    denied: bool
    """Whether a file in modprobe.d keeps it from being loaded."""

    @classmethod
    def of(cls, machine: Machine) -> "KernelDriver":
        """Look at the modules that are loaded, and at the settings of those that are not to be."""
        loaded = {line.split()[0] for line in (machine.text("/proc/modules") or "").splitlines()}
        files = (Path(folder, name) for folder in _SETTINGS for name in machine.names(folder) if name.endswith(".conf"))
        return cls(_MODULE in loaded, any(_DENIED.search(machine.text(file) or "") for file in files))


def judge_driver(driver: KernelDriver, *, needed: bool) -> Finding:
    """Say whether it is in the way."""
    if not driver.loaded:
        return ok(DRIVER_NAME, "not loaded, nor will it be" if driver.denied else "not loaded")
    deny = "" if driver.denied else f"echo blacklist {_MODULE} | sudo tee /etc/modprobe.d/rtl-sdr.conf; "
    says = f"{_MODULE} is loaded and holds the dongle"
    return fault(DRIVER_NAME, says, f"{deny}sudo modprobe -r {_MODULE}", needed=needed)


def check_dongles(machine: Machine, needs: Needs) -> Iterator[Finding]:
    """Look, and judge."""
    yield from judge_dongles(dongles(machine), needs.dongles)
    yield judge_driver(KernelDriver.of(machine), needed=bool(needs.dongles))
