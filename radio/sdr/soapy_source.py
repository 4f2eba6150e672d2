"""Devices by SoapySDR, through GNU Radio's own blocks."""

from gnuradio import soapy

from radio.front_end_errors import DeviceError
from radio.front_end_file import SdrReceiveTable
from radio.sdr.device_source import BLOCK_S, DeviceSource, stream_octets

_RTL_SDR = "driver=rtlsdr"
_CHANNEL = 0
_LEAST_BLOCK = 64


def open_soapy(table: SdrReceiveTable) -> DeviceSource:
    """Open and set the device. Raise DeviceError if it is not there or does not take what the table says."""
    streaming = f"bufflen={stream_octets(table.sample_rate_hz)}" if _RTL_SDR in table.device else ""
    try:
        source = soapy.source(table.device, "fc32", 1, "", streaming, [""], [""])
    except (RuntimeError, ValueError) as error:
        accepted = "a device that SoapySDRUtil --find shows, not in use, with its SoapySDR module installed"
        raise DeviceError(table.device, f"cannot be opened ({error})", accepted) from None
    try:
        corrected_ppm = _set(source, table)
        source.set_max_noutput_items(max(_LEAST_BLOCK, round(table.sample_rate_hz * BLOCK_S)))
    except (RuntimeError, ValueError) as error:
        raise DeviceError(table.device, f"cannot be set ({error})", "settings that the device has") from None
    return DeviceSource(source, table.ppm - corrected_ppm)


def _set(source: "soapy.source", table: SdrReceiveTable) -> float:
    """Set the device as the table says; return the ppm that it corrects by itself."""
    source.set_sample_rate(_CHANNEL, table.sample_rate_hz)
    corrected_ppm = 0.0
    if source.has_frequency_correction(_CHANNEL):
        source.set_frequency_correction(_CHANNEL, float(round(table.ppm)))
        corrected_ppm = source.get_frequency_correction(_CHANNEL)
    source.set_frequency(_CHANNEL, table.tuned_hz)
    if table.antenna:
        source.set_antenna(_CHANNEL, table.antenna)
    if source.has_gain_mode(_CHANNEL):
        source.set_gain_mode(_CHANNEL, table.gain_db == "auto")
    if table.gain_db != "auto":
        source.set_gain(_CHANNEL, table.gain_db)
    return float(corrected_ppm)
