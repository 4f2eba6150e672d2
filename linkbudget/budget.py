"""From a link and a view of its ends to the lines of its budget: one function for a number and for a million."""

from dataclasses import dataclass

import numpy as np

from linkbudget.antenna.pointing import POINTING, off_boresight_deg
from linkbudget.antenna.polarisation import POLARISATION, polarisation_loss_db
from linkbudget.constants import BOLTZMANN_DBW_K_HZ, SPEED_OF_LIGHT_M_S
from linkbudget.decibels import Floats, Real, from_db, to_db
from linkbudget.lines import Budget, Ledger
from linkbudget.link import Link, Receiver, StatedReceiver, StatedTransmitter, Transmitter
from linkbudget.modes.mode import stack
from linkbudget.modes.ratios import C_OVER_N, EB_N0, ES_N0, c_over_n_db, es_n0_db
from linkbudget.noise.antenna_noise import antenna_temperature_parts_k, antenna_temperature_sources
from linkbudget.noise.cascade import CASCADE, cascade_contributions_k
from linkbudget.noise.system import G_OVER_T, SYSTEM_TEMPERATURE, g_over_t_db_k, system_temperature_k
from linkbudget.propagation.climate import Climate
from linkbudget.propagation.cloud import CLOUD
from linkbudget.propagation.faraday import FARADAY_ROTATION, rotation_rad, turned_tilt_deg
from linkbudget.propagation.free_space import FREE_SPACE, free_space_loss_db
from linkbudget.propagation.gas import GAS
from linkbudget.propagation.ionosphere import Ionosphere, absorption_db, absorption_source
from linkbudget.propagation.ionospheric_scintillation import ionospheric_fade_db, ionospheric_fade_source
from linkbudget.propagation.rain import RAIN
from linkbudget.propagation.troposphere import TROPOSPHERE, mean_radiating_temperature_k, troposphere
from linkbudget.propagation.tropospheric_scintillation import TROPOSPHERIC_SCINTILLATION
from linkbudget.provenance import GIVEN, Source
from linkbudget.view import View

SUM = Source("sum of the lines above")
BOLTZMANN = Source("SI Brochure, 9th edition (2019)", "k = 1.380649e-23 J/K")

_WIDEST_M = 1000.0  # that scintillation is reckoned for; a gain at long waves stands for more


@dataclass(frozen=True, slots=True)
class Site:
    """Where the signal passes through the troposphere."""

    latitude_deg: float
    altitude_m: float
    climate: Climate
    rain_rate_source: Source = GIVEN


@dataclass(frozen=True, slots=True)
class _Weather:
    """What the troposphere does to the noise."""

    attenuation_db: Real
    radiating_temperature_k: Real


def budget(link: Link, view: View, site: Site | None = None) -> Budget:
    """Return the budget of a link, from the transmitter's power down to the margin.

    Every number of the link and the view may be float64 of any shape; shapes broadcast, and a line has only the
    axes that its inputs have. By convention time comes first and draws last; modes, which this function stacks, come
    in between: (time, mode, draw). Without a site there is no troposphere. Without modes the budget ends at C/N0.
    """
    ledger = Ledger()
    ledger.context("frequency_hz", "frequency", link.frequency_hz, "Hz", GIVEN)
    ledger.context("elevation_deg", "elevation", view.elevation_deg, "deg", GIVEN)
    ledger.context("range_m", "range", view.range_m, "m", view.source)
    if site:
        rate = site.climate.rain_rate_mm_h
        ledger.context("rain_rate_mm_h", "rain rate, 0.01 % of a year", rate, "mm/h", site.rain_rate_source)
        ledger.context("exceeded_percent", "weather worse than this", link.path.exceeded_percent, "%", GIVEN)
    _transmit(ledger, link, view)
    weather = _path(ledger, link, view, site)
    _receive(ledger, link, view, weather)
    c_n0_db_hz = ledger.total("c_n0_db_hz", "C/N0", "dB-Hz", SUM)
    if link.modes:
        _demodulate(ledger, link, c_n0_db_hz)
    return ledger.budget()


def _transmit(ledger: Ledger, link: Link, view: View) -> None:
    end = link.transmitter
    if isinstance(end, StatedTransmitter):
        ledger.gain("eirp_given_dbw", "EIRP", end.eirp_dbw, "dBW", GIVEN)
        return
    ledger.gain("tx_power_dbw", "transmitter power", end.level_dbw, "dBW", GIVEN)
    ledger.loss("tx_line_loss_db", "transmitter line loss", end.line_loss_db, "dB", GIVEN)
    peak_dbi, off_deg, pointing_db = _antenna(end, link.frequency_hz, view)
    ledger.gain("tx_gain_dbi", "transmit antenna gain", peak_dbi, "dBi", end.antenna.source)
    ledger.detail("tx_off_boresight_deg", "off its boresight", off_deg, "deg", POINTING)
    ledger.loss("tx_pointing_loss_db", "transmit pointing loss", pointing_db, "dB", end.antenna.source)
    ledger.total("eirp_dbw", "EIRP", "dBW", SUM)


def _path(ledger: Ledger, link: Link, view: View, site: Site | None) -> _Weather:
    path = link.path
    loss_db = free_space_loss_db(view.range_m, link.frequency_hz)
    ledger.loss("free_space_loss_db", "free-space loss", loss_db, "dB", FREE_SPACE)
    weather = _troposphere(ledger, link, view, site) if site else _Weather(0.0, 0.0)
    if path.ionosphere:
        _ionosphere(ledger, path.ionosphere, link, view)
    _polarisation(ledger, link, view)
    if path.fading.kind != "none":
        fade_db = path.fading.margin_db(view.elevation_deg, path.fade_exceeded_percent)
        ledger.loss("fade_db", "fade", fade_db, "dB", path.fading.source)
    ledger.loss("other_losses_db", "other losses", path.other_losses_db, "dB", GIVEN)
    ledger.total("received_isotropic_power_dbw", "received isotropic power", "dBW", SUM)
    return weather


def _troposphere(ledger: Ledger, link: Link, view: View, site: Site) -> _Weather:
    found = troposphere(
        site.climate,
        site.latitude_deg,
        site.altitude_m,
        link.frequency_hz,
        view.elevation_deg,
        link.path.polarisation_tilt_deg,
        link.path.exceeded_percent,
        _effective_diameter_m(link),
    )
    ledger.detail("gas_db", "gases", found.gas_db, "dB", GAS)
    ledger.detail("rain_db", "rain", found.rain_db, "dB", RAIN)
    ledger.detail("cloud_db", "clouds", found.cloud_db, "dB", CLOUD)
    name = "tropospheric scintillation"
    ledger.detail("tropospheric_scintillation_db", name, found.scintillation_db, "dB", TROPOSPHERIC_SCINTILLATION)
    ledger.loss("troposphere_db", "troposphere", found.total_db, "dB", TROPOSPHERE)
    return _Weather(found.absorption_db, mean_radiating_temperature_k(site.climate))


def _effective_diameter_m(link: Link) -> Real:
    """Return the diameter of the aperture that has the receive antenna's gain: a wide one averages scintillation."""
    if isinstance(link.receiver, StatedReceiver):
        return 0.0
    wavelength_m = SPEED_OF_LIGHT_M_S / link.frequency_hz
    diameter_m = wavelength_m / np.pi * np.sqrt(from_db(link.receiver.antenna.peak_gain_dbi(link.frequency_hz)))
    return np.minimum(diameter_m, _WIDEST_M)


def _ionosphere(ledger: Ledger, ionosphere: Ionosphere, link: Link, view: View) -> None:
    lost_db = absorption_db(ionosphere, link.frequency_hz, view.elevation_deg)
    ledger.loss("ionospheric_absorption_db", "ionospheric absorption", lost_db, "dB", absorption_source(ionosphere))
    if ionosphere.scintillation != "none":
        exceeded = link.path.exceeded_percent
        fade_db = ionospheric_fade_db(ionosphere, link.frequency_hz, view.elevation_deg, exceeded)
        source = ionospheric_fade_source(ionosphere)
        ledger.loss("ionospheric_scintillation_db", "ionospheric scintillation", fade_db, "dB", source)


def _polarisation(ledger: Ledger, link: Link, view: View) -> None:
    """Write the polarisation loss: as given, or of two antennas whose ellipses the ionosphere may turn."""
    near, far = link.transmitter, link.receiver
    if link.path.polarisation_loss_db is not None:
        ledger.loss("polarisation_loss_db", "polarisation loss", link.path.polarisation_loss_db, "dB", GIVEN)
    elif isinstance(near, Transmitter) and isinstance(far, Receiver):
        one, other = near.antenna, far.antenna
        tilt_deg = link.path.axes_angle_deg
        if link.path.ionosphere:
            turned_rad = rotation_rad(link.path.ionosphere, link.frequency_hz, view.elevation_deg)
            ledger.detail("faraday_rotation_deg", "Faraday rotation", np.degrees(turned_rad), "deg", FARADAY_ROTATION)
            tilt_deg = turned_tilt_deg(link.path.ionosphere.rotation, turned_rad, tilt_deg)
        loss_db = polarisation_loss_db(one.axial_ratio_db, other.axial_ratio_db, one.sense == other.sense, tilt_deg)
        ledger.loss("polarisation_loss_db", "polarisation loss", loss_db, "dB", POLARISATION)


def _receive(ledger: Ledger, link: Link, view: View, weather: _Weather) -> None:
    end = link.receiver
    if isinstance(end, StatedReceiver):
        ledger.gain("g_over_t_db_k", "G/T", end.g_over_t_db_k, "dB/K", GIVEN)
    else:
        _receiver(ledger, end, link, view, weather)
    ledger.loss("boltzmann_dbw_k_hz", "Boltzmann constant", BOLTZMANN_DBW_K_HZ, "dBW/K/Hz", BOLTZMANN)


def _receiver(ledger: Ledger, end: Receiver, link: Link, view: View, weather: _Weather) -> None:
    peak_dbi, off_deg, pointing_db = _antenna(end, link.frequency_hz, view)
    ledger.detail("rx_gain_dbi", "receive antenna gain", peak_dbi, "dBi", end.antenna.source)
    ledger.detail("rx_off_boresight_deg", "off its boresight", off_deg, "deg", POINTING)
    ledger.detail("rx_pointing_loss_db", "receive pointing loss", pointing_db, "dB", end.antenna.source)
    ledger.detail("rx_line_loss_db", "receiver line loss", end.line_loss_db, "dB", GIVEN)
    antenna_k = _antenna_temperature(ledger, end, link, view, weather)
    contributions_k = cascade_contributions_k(end.stages)
    for number, (stage, each_k) in enumerate(zip(end.stages, contributions_k, strict=True)):
        ledger.detail(f"stage_{number}_k", f"noise of {stage.name}", each_k, "K", CASCADE)
    chain_k = np.asarray(sum(contributions_k))
    system_k = system_temperature_k(antenna_k, end.line_loss_db, end.line_temperature_k, chain_k)
    ledger.detail("system_temperature_k", "system temperature", system_k, "K", SYSTEM_TEMPERATURE)
    merit_db_k = g_over_t_db_k(peak_dbi - pointing_db, end.line_loss_db, system_k)
    ledger.gain("g_over_t_db_k", "G/T", merit_db_k, "dB/K", G_OVER_T)


def _antenna_temperature(ledger: Ledger, end: Receiver, link: Link, view: View, weather: _Weather) -> Floats:
    parts = antenna_temperature_parts_k(
        end.noise, link.frequency_hz, view.elevation_deg, weather.attenuation_db, weather.radiating_temperature_k
    )
    sources = antenna_temperature_sources(end.noise)
    for key, part_k in parts.items():
        name = key.removesuffix("_k").replace("_", "-")
        ledger.detail(f"noise_{key}", f"antenna noise, {name}", part_k, "K", sources[key])
    return np.asarray(sum(parts.values()))


def _antenna(end: Transmitter | Receiver, frequency_hz: float, view: View) -> tuple[Floats, Floats, Floats]:
    """Return the antenna's peak gain, the angle off its boresight and the loss by that."""
    off_deg = off_boresight_deg(end.aim, view.elevation_deg, view.off_nadir_deg, end.pointing_error_deg)
    peak_dbi = end.antenna.peak_gain_dbi(frequency_hz)
    return peak_dbi, off_deg, peak_dbi - end.antenna.gain_dbi(off_deg, frequency_hz)


def _demodulate(ledger: Ledger, link: Link, c_n0_db_hz: Floats) -> None:
    modes = stack(link.modes)
    ledger.loss("information_rate_db", "information rate", to_db(modes.information_rate_bit_s), "dB-bit/s", EB_N0)
    ledger.total("eb_n0_db", "Eb/N0", "dB", EB_N0)
    ledger.detail("es_n0_db", "Es/N0", es_n0_db(c_n0_db_hz, modes.symbol_rate_baud), "dB", ES_N0)
    in_band_db = c_over_n_db(c_n0_db_hz, modes.occupied_bandwidth_hz)
    ledger.detail("c_n_db", "C/N in its bandwidth", in_band_db, "dB", C_OVER_N)
    ledger.loss("implementation_loss_db", "implementation loss", modes.implementation_loss_db, "dB", GIVEN)
    sources = {mode.requirement for mode in link.modes}
    required = sources.pop() if len(sources) == 1 else Source("of each mode's threshold")
    ledger.loss("required_eb_n0_db", "required Eb/N0", modes.required_eb_n0_db, "dB", required)
    ledger.total("margin_db", "margin", "dB", SUM)
