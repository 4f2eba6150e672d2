"""The front end file: which devices receive and transmit in the place of the sky.

::

    [receive]           what gives samples: an SDR, or a ZeroMQ endpoint
    [transmit]          what sends them
    [transmit.permit]   what it may send; without this table it sends nothing
    [duplex]            whether both work at once
    [serial_radio]      or, instead of all these: a radio with a modem of its own, on a serial line
"""

from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal, NoReturn

from pydantic import Field, model_validator
from typing_extensions import Self

from edge.checked_toml import CheckedModel, TableError, load_checked
from radio.errors import ProfileError
from radio.front_end_errors import FrontEndFileError
from radio.modem.rates import exact_ratio

USABLE_SHARE = 0.8
"""Of a sample rate: the middle of the band that anti-alias filters leave whole, a device's and our own."""

SampleRateHz = Annotated[float, Field(ge=1e3, le=100e6)]
FrequencyHz = Annotated[float, Field(ge=1e5, le=100e9)]
Device = Annotated[str, Field(min_length=1, max_length=256, pattern=r"^[\x20-\x7e]+$")]


class ZmqTable(CheckedModel):
    """Samples at the link's rate, by ZeroMQ, in gr-zeromq's format: the sky, or a flowgraph of anyone's."""

    driver: Literal["zmq"]
    device: Device
    """The endpoint, such as ``tcp://127.0.0.1:5700``."""


class _SdrTable(CheckedModel):
    """What a receiver and a transmitter have in common."""

    device: Device
    sample_rate_hz: SampleRateHz
    """The device's own: one that it has, and that is to the link's as two whole numbers up to 1000."""
    frequency_hz: FrequencyHz
    """The carrier."""
    bandwidth_hz: float | None = Field(None, ge=100, le=100e6)
    """What the signal takes up, its Doppler shift included. 0.8 of the link's sample rate if left out."""
    ppm: float = Field(0.0, ge=-200, le=200)
    """By how much the device's oscillator is too fast: what ``ground calibrate`` measures."""
    antenna: str = Field("", max_length=64)
    """The driver's name of the connector; the driver's choice if left out."""

    def occupied_hz(self, link_rate_hz: float) -> float:
        """Return the bandwidth around the carrier that is kept."""
        return USABLE_SHARE * link_rate_hz if self.bandwidth_hz is None else self.bandwidth_hz

    def resampling(self, link_rate_hz: float) -> Fraction:
        """Return the link's sample rate over the device's. Raise ProfileError if no resampler has that ratio."""
        return exact_ratio("sample_rate_hz", link_rate_hz, self.sample_rate_hz)

    def check_link_rate(self, link_rate_hz: float, table: str) -> None:
        """Raise FrontEndFileError, naming the table, if the signal does not fit into the device's band or link's."""

        def refuse(field: str, value: object, accepted: str) -> NoReturn:
            raise FrontEndFileError(f"{table}.{field}", value, accepted)

        try:
            self.resampling(link_rate_hz)
        except ProfileError:
            accepted = f"a rate that is to the link's, {link_rate_hz:.9g} Hz, as two whole numbers up to 1000"
            refuse("sample_rate_hz", self.sample_rate_hz, accepted)
        occupied_hz, widest_hz = self.occupied_hz(link_rate_hz), USABLE_SHARE * min(link_rate_hz, self.sample_rate_hz)
        if occupied_hz > widest_hz and self.bandwidth_hz is not None:
            refuse("bandwidth_hz", self.bandwidth_hz, f"up to {widest_hz:.9g}, {USABLE_SHARE} of the lower sample rate")
        if occupied_hz > widest_hz:
            refuse("sample_rate_hz", self.sample_rate_hz, f"{link_rate_hz:.9g} or more, or a bandwidth_hz that fits")


class SdrReceiveTable(_SdrTable):
    """A receiving SDR."""

    driver: Literal["osmosdr", "soapy"]
    device: Device
    """As the driver names it.

    Of osmosdr: ``rtl=SERIAL`` or ``rtl_tcp=HOST:PORT``; of soapy: ``driver=rtlsdr,serial=SERIAL``.
    """
    gain_db: Annotated[float, Field(ge=-100, le=200)] | Literal["auto"] = "auto"
    """The whole of it, as the driver shares it out; ``auto`` leaves it to the device."""
    tuning_offset_hz: float = Field(0.0, ge=-50e6, le=50e6)
    """The device is tuned so much above the carrier, so that the spike at its zero frequency lies beside the signal."""

    @property
    def tuned_hz(self) -> float:
        """Where the device is tuned to."""
        return self.frequency_hz + self.tuning_offset_hz

    def check_link_rate(self, link_rate_hz: float, table: str) -> None:
        """Raise FrontEndFileError, too, if the offset puts the spike into the signal or the signal out of the band."""
        super().check_link_rate(link_rate_hz, table)
        occupied_hz = self.occupied_hz(link_rate_hz)
        lowest_hz, highest_hz = occupied_hz / 2, (USABLE_SHARE * self.sample_rate_hz - occupied_hz) / 2
        if self.tuning_offset_hz and not lowest_hz <= abs(self.tuning_offset_hz) <= highest_hz:
            fits = f"0, or {lowest_hz:.9g} to {highest_hz:.9g} to either side" if lowest_hz <= highest_hz else "0"
            accepted = f"{fits}, for a signal {occupied_hz:.9g} Hz wide"
            raise FrontEndFileError(f"{table}.tuning_offset_hz", self.tuning_offset_hz, accepted)


class SoapyTransmitTable(_SdrTable):
    """A transmitting SDR."""

    driver: Literal["soapy"]
    device: Device
    """As SoapySDR names it: ``driver=hackrf,serial=SERIAL``."""
    sample_rate_hz: float = Field(ge=100e3, le=100e6)
    """Below 100 kS/s what a driver takes at once would be longer than the carrier may go on without the node."""
    gain_db: float = Field(ge=-200, le=200)
    full_scale_dbm: float = Field(ge=-200, le=100)
    """Power at the device's connector for samples of magnitude 1 at a gain of 0 dB."""
    permit: "PermitTable | None" = None
    """Without one it transmits nothing."""

    @property
    def power_dbm(self) -> float:
        """Power at the connector for samples of magnitude 1."""
        return self.full_scale_dbm + self.gain_db


class PermitTable(CheckedModel):
    """What a transmitter may send, and why: into a cable, or on the air under a licence. The interlock judges it."""

    lowest_hz: FrequencyHz
    highest_hz: FrequencyHz
    """The whole of the signal has to lie between both."""
    max_power_dbm: float = Field(ge=-200, le=60)
    duty: float = Field(gt=0, le=1)
    """The share of ``duty_window_s`` that may be spent transmitting."""
    duty_window_s: float = Field(60.0, ge=1, le=3600)
    longest_s: float = Field(10.0, gt=0, le=3600)
    """The longest transmission without a pause."""
    load: Literal["cable"] | None = None
    attenuation_db: float | None = Field(None, ge=0, le=200)
    """Between the transmitter and the receiver at the cable's other end."""
    call_sign: str | None = Field(None, pattern=r"^[A-Z0-9/]{3,12}$")
    licence: str | None = Field(None, min_length=3, max_length=200)
    """A note that says which licence allows this."""

    @model_validator(mode="after")
    def _check_range(self) -> Self:
        if self.lowest_hz >= self.highest_hz:
            raise TableError("highest_hz", self.highest_hz, f"more than lowest_hz, {self.lowest_hz:.9g}")
        return self


class DuplexTable(CheckedModel):
    """Whether receiver and transmitter work at once."""

    half: bool = False
    turn_around_s: float = Field(0.0, ge=0, le=10)
    """With half duplex: from the end of the one to the begin of the other."""


class SerialRadioTable(CheckedModel):
    """A radio with a modem of its own, on a serial line: frames instead of samples."""

    device: Device
    """A serial port's path, or a URL of pyserial's, such as ``socket://192.168.1.7:4000``."""
    baud: int = Field(9600, ge=300, le=4_000_000)
    """Of the serial line."""
    framing: Literal["kiss", "length"] = "kiss"
    air_rate_bit_s: float = Field(9600.0, ge=50, le=10e6)
    """Of the radio's modem."""
    largest_frame_octets: int = Field(256, ge=16, le=4096)
    """The longest packet that the radio takes."""
    preamble_s: float = Field(0.0, ge=0, le=2.55)
    """What the radio sends before each packet; told to a KISS radio as its TXDELAY."""
    busy_s: float = Field(0.0, ge=0, le=10)
    """How long the radio takes no packet after it has sent one."""
    turn_around_s: float = Field(0.0, ge=0, le=10)
    """From receiving to sending."""
    half_duplex: bool = True
    """Whether the radio hears nothing while it sends, as when both ends share a frequency."""


ReceiveTable = Annotated[ZmqTable | SdrReceiveTable, Field(discriminator="driver")]
TransmitTable = Annotated[ZmqTable | SoapyTransmitTable, Field(discriminator="driver")]


class FrontEndFile(CheckedModel):
    """What receives and what transmits at one end of the link."""

    receive: ReceiveTable | None = None
    transmit: TransmitTable | None = None
    duplex: DuplexTable = DuplexTable()
    serial_radio: SerialRadioTable | None = None

    @classmethod
    def load(cls, path: Path, link_rate_hz: float | None = None) -> "FrontEndFile":
        """Return a file's content; with ``link_rate_hz``, what fits a link of such a sample rate.

        Raises FrontEndFileError for the first mistake in it.
        """
        front_end = load_checked(path, cls, FrontEndFileError)
        if link_rate_hz is not None:
            front_end.check_link_rate(link_rate_hz)
        return front_end

    def check_link_rate(self, link_rate_hz: float) -> None:
        """Raise FrontEndFileError if a device cannot carry a link of such a sample rate."""
        if isinstance(self.receive, SdrReceiveTable):
            self.receive.check_link_rate(link_rate_hz, "receive")
        if isinstance(self.transmit, SoapyTransmitTable):
            self.transmit.check_link_rate(link_rate_hz, "transmit")

    @model_validator(mode="after")
    def _check_whole(self) -> Self:
        """Refuse tables that exclude each other, or that miss each other."""
        if self.serial_radio is None and self.receive is None:
            raise TableError("receive", None, "a table [receive], or a table [serial_radio]")
        beside = self.model_fields_set - {"serial_radio"}
        if self.serial_radio is not None and beside:
            raise TableError(
                "serial_radio", self.serial_radio.device, f"no table {' or '.join(sorted(beside))} beside it"
            )
        return self
