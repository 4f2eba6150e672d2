"""Devices by gr-osmosdr: RTL-SDR, also over rtl_tcp, and others. The only importer of osmosdr."""

import osmosdr

from radio.front_end_errors import DeviceError
from radio.front_end_file import SdrReceiveTable
from radio.sdr.device_source import DeviceSource, stream_octets

_TRANSFERS = 64


def open_osmosdr(table: SdrReceiveTable) -> DeviceSource:
    """Open and set the device. Raise DeviceError if it is not there or does not take what the table says."""
    try:
        source = osmosdr.source(args=_arguments(table))
    except RuntimeError as error:
        raise DeviceError(table.device, f"cannot be opened ({error})", _accepted(table.device)) from None
    rate_hz = source.set_sample_rate(table.sample_rate_hz)
    if abs(rate_hz - table.sample_rate_hz) > 1:
        accepted = "a sample_rate_hz that the device has"
        raise DeviceError(
            table.device, f"gives {rate_hz:.9g} samples a second for {table.sample_rate_hz:.9g}", accepted
        )
    corrected_ppm = source.set_freq_corr(float(round(table.ppm)))
    source.set_center_freq(table.tuned_hz)
    source.set_gain_mode(table.gain_db == "auto")
    if table.gain_db != "auto":
        source.set_gain(table.gain_db)
    if table.antenna:
        source.set_antenna(table.antenna)
    return DeviceSource(source, table.ppm - corrected_ppm)


def _arguments(table: SdrReceiveTable) -> str:
    """Return the driver's arguments: those of the table, and transfers small enough for an answer in time."""
    if not table.device.startswith("rtl="):
        return f"numchan=1 {table.device}"
    return f"numchan=1 {table.device},buffers={_TRANSFERS},buflen={stream_octets(table.sample_rate_hz)}"


def _accepted(device: str) -> str:
    if device.startswith("rtl_tcp"):
        return "an rtl_tcp server that listens there and serves nobody else"
    return "a device that is plugged in, not in use, and may be used by this user"
