from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from linkbudget.contact import Contact, usage
from linkbudget.decibels import Floats, Real, to_db
from linkbudget.lines import Budget, Ledger
from linkbudget.modes.mode import Mode
from linkbudget.orbit.geometry import Geometry
from linkbudget.orbit.passes import Pass
from linkbudget.provenance import Source

GIVEN = Source("given")
MINUS = "\N{MINUS SIGN}"


def all_texts(figure: Figure) -> list[str]:
    """Every piece of writing on a figure, whether of an axis, a title or a legend."""
    return [text.get_text() for text in figure.findobj(Text) if text.get_text() and text.get_visible()]


@pytest.fixture(scope="session")
def texts() -> Callable[[Figure], list[str]]:
    return all_texts


def make_budget(modes: int = 1, worse_db: float = 0.0, loss_db: Real = 150.0, frequency_hz: float = 437.05e6) -> Budget:
    ledger = Ledger()
    ledger.context("frequency_hz", "frequency", frequency_hz, "Hz", GIVEN)
    ledger.context("range_m", "range", 1_815_400.0, "m", GIVEN)
    ledger.gain("tx_power_dbw", "transmitter power", 3.0 - worse_db, "dBW", GIVEN)
    ledger.loss("tx_line_loss_db", "transmitter line loss", 0.25, "dB", GIVEN)
    ledger.total("eirp_dbw", "EIRP", "dBW", GIVEN)
    ledger.loss("free_space_loss_db", "free-space loss", loss_db, "dB", GIVEN)
    ledger.loss("other_losses_db", "other losses", 0.0, "dB", GIVEN)
    ledger.detail("rx_gain_dbi", "receive antenna gain", 12.0, "dBi", GIVEN)
    ledger.gain("g_over_t_db_k", "G/T", -12.0, "dB/K", GIVEN)
    ledger.loss("boltzmann_dbw_k_hz", "Boltzmann constant", -228.6, "dBW/K/Hz", GIVEN)
    ledger.total("c_n0_db_hz", "C/N0", "dB-Hz", GIVEN)
    if modes:
        rates = to_db(1e4 * 2.0 ** np.arange(modes))[:, None]
        ledger.loss("information_rate_db", "information rate", rates, "dB-bit/s", GIVEN)
        ledger.total("eb_n0_db", "Eb/N0", "dB", GIVEN)
        ledger.loss("required_eb_n0_db", "required Eb/N0", np.full((modes, 1), 4.0), "dB", GIVEN)
        ledger.total("margin_db", "margin", "dB", GIVEN)
    return ledger.budget()


def make_modes(count: int) -> tuple[Mode, ...]:
    return tuple(
        Mode(name=f"mode {i}", information_rate_bit_s=1e4 * 2.0**i, required_eb_n0_db=4.0, modulation="bpsk")
        for i in range(count)
    )


def make_contact(links: Sequence[str] = ("uplink", "downlink"), modes: int = 2, length_s: float = 600.0) -> Contact:
    """A pass that comes up in the south, culminates in the east at 45 deg and goes down in the north."""
    time_s = np.linspace(0.0, length_s, 121)
    phase = 2.0 * time_s / length_s - 1.0
    aos = datetime(2026, 3, 20, 12, 0, 30, tzinfo=timezone.utc)
    moments = (aos, aos + timedelta(seconds=length_s / 2), aos + timedelta(seconds=length_s))
    zeros = np.zeros_like(time_s)
    geometry = Geometry(
        time_s=time_s,
        range_m=1e6 * np.sqrt(1.0 + 3.0 * phase**2),
        range_rate_m_s=7000.0 * phase,
        range_acceleration_m_s2=zeros + 20.0,
        elevation_deg=45.0 - 40.0 * phase**2,
        azimuth_deg=180.0 - 90.0 * (phase + 1.0),
        off_nadir_deg=zeros + 50.0,
        latitude_deg=zeros,
        longitude_deg=zeros,
        altitude_m=zeros + 5e5,
        sunlit=time_s < 0.75 * length_s,
        sun_elevation_deg=zeros,
        sun_separation_deg=zeros + 90.0,
    )
    loss_db = (150.0 + 15.0 * phase**2)[:, None, None]
    budgets = {link: make_budget(modes, loss_db=loss_db, frequency_hz=(i + 1) * 1e8) for i, link in enumerate(links)}
    usages = {link: usage(make_modes(modes), budgets[link]["margin_db"], time_s, 0.0) for link in links if modes}
    found = Pass(*moments, 45.0, 180.0, 90.0, 0.0, sunlit=True)
    return Contact(found, 1.25, geometry, budgets, usages)


@pytest.fixture(scope="session")
def budget() -> Budget:
    return make_budget()


@pytest.fixture(scope="session")
def budget_of() -> Callable[..., Budget]:
    return make_budget


@pytest.fixture(scope="session")
def contact() -> Contact:
    return make_contact()


@pytest.fixture(scope="session")
def contact_of() -> Callable[..., Contact]:
    return make_contact


@pytest.fixture(scope="session")
def margin_db(contact: Contact) -> Floats:
    return contact.budgets["downlink"]["margin_db"][:, :, 0]
