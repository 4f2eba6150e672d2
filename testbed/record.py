"""What a run leaves behind: one record, from which table, trace file, report and JSON object are made."""

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkbudget.doppler import doppler_hz
from linkbudget.modes.ratios import eb_n0_db
from radio.link_state import LinkStates
from radio.profile import LinkProfile
from testbed.latency import Latency
from testbed.physics import Physics
from testbed.rigs.rig import AskRequest, FaultRecord, Outcome, RigReport
from testbed.trace import TraceEvent


@dataclass(frozen=True, slots=True)
class Burst:
    """A burst that a receiver followed to its end; Eb/N0 as measured, and as predicted for the same moment."""

    started_s: float
    ended_s: float
    decoded: bool
    corrected: int
    eb_n0_db_measured: float
    eb_n0_db_predicted: float
    offset_hz_measured: float
    """At the end of the burst; Doppler and the oscillators' error."""
    doppler_hz_predicted: float
    symbols: int
    """Channel symbols that could be compared with those of the frame."""
    symbol_errors: int


@dataclass(frozen=True, slots=True)
class LegRecord:
    """One direction of the link over the run. Arrays: float64[n] over ``time_s``, complex64[k], float64[m]."""

    name: str
    carrier_hz: float
    symbol_rate_baud: float
    frames_sent: int
    frames_received: int
    retransmissions: int
    bursts: list[Burst]
    time_s: NDArray[np.float64]
    doppler_hz: NDArray[np.float64]
    eb_n0_db: NDArray[np.float64]
    elevation_deg: NDArray[np.float64]
    range_m: NDArray[np.float64]
    constellation: NDArray[np.complex64]
    spectrum_hz: NDArray[np.float64]
    spectrum_db: NDArray[np.float64]

    @property
    def frames_lost(self) -> int:
        """Frames that were sent and never came through."""
        return self.frames_sent - self.frames_received

    @property
    def symbol_error_rate(self) -> float | None:
        """Wrong channel symbols of the frames that came through, before their code; None if none could be compared."""
        good = [burst for burst in self.bursts if burst.decoded]
        symbols = sum(burst.symbols for burst in good)
        return sum(burst.symbol_errors for burst in good) / symbols if symbols else None

    def to_json(self) -> dict[str, Any]:
        """Return the leg's line of the JSON object; None where no frame came through."""
        good = [burst for burst in self.bursts if burst.decoded]
        return {
            "frames_sent": self.frames_sent,
            "frames_received": self.frames_received,
            "frames_lost": self.frames_lost,
            "retransmissions": self.retransmissions,
            "eb_n0_db_predicted": _mean([burst.eb_n0_db_predicted for burst in good]),
            "eb_n0_db_measured": _mean([burst.eb_n0_db_measured for burst in good]),
            "symbol_error_rate": None if self.symbol_error_rate is None else float(f"{self.symbol_error_rate:.3g}"),
            "doppler_hz_first": round(good[0].offset_hz_measured, 1) if good else None,
            "doppler_hz_last": round(good[-1].offset_hz_measured, 1) if good else None,
        }


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run."""

    rig: str
    scenario: str
    profile: str
    security: str
    """How telecommands are protected: encrypted, or clear: authenticated only. Telemetry is authenticated."""
    station: str
    start_utc: str
    tle_age_days: float
    seed: int
    request: AskRequest
    outcome: Outcome
    events: list[TraceEvent]
    latency: Latency
    uplink: LegRecord
    downlink: LegRecord
    health: list[dict[str, Any]]
    real_time_factor: float
    faults: list[FaultRecord] = field(default_factory=list)
    """What befell the rig on purpose."""
    energy_source: str = ""
    """What measured energy and heat, and how well; '' if nothing did."""
    devices: dict[str, Any] = field(default_factory=dict)
    """What the devices of a bench, and those that the sky emulates, say of themselves."""

    @property
    def j_per_token(self) -> float | None:
        """What a token written cost on board, where that was measured."""
        outcome = self.outcome
        measured = outcome.energy_j is not None and outcome.completion_tokens
        return outcome.energy_j / outcome.completion_tokens if measured and outcome.energy_j is not None else None

    def to_json(self) -> dict[str, Any]:
        """Return the object that ``testbed ask --json`` prints."""
        return {
            "prompt_id": self.outcome.prompt_id,
            "answer": self.outcome.answer,
            "finish_reason": self.outcome.finish_reason,
            "refusal": self.outcome.refusal or None,
            "usage": {
                "prompt_tokens": self.outcome.prompt_tokens,
                "completion_tokens": self.outcome.completion_tokens,
            },
            "timeline": [
                {
                    "event": event.name,
                    "link_time_s": round(event.link_time_s, 6),
                    "wall_time_s": round(event.wall_time_s, 6),
                    **({"n": event.detail["n"]} if "n" in event.detail else {}),
                    **({"index": event.detail["index"]} if "index" in event.detail else {}),
                }
                for event in self.events
            ],
            "latency": self.latency.to_json(),
            "energy": {
                "source": self.energy_source or None,
                "energy_j": self.outcome.energy_j,
                "j_per_token": self.j_per_token,
                "peak_temperature_c": self.outcome.peak_temperature_c,
                "shortened_to": self.outcome.shortened_to,
            },
            "link": {"uplink": self.uplink.to_json(), "downlink": self.downlink.to_json()},
            "rig": self.rig,
            "scenario": self.scenario,
            "profile": self.profile,
            "station": self.station,
            "start_utc": self.start_utc,
            "security": self.security,
            "seed": self.seed,
            "real_time_factor": round(self.real_time_factor, 3),
            "faults": [asdict(fault) for fault in self.faults],
            "devices": self.devices,
        }


def leg_record(
    name: str,
    profile: LinkProfile,
    states: LinkStates,
    sender: dict[str, Any],
    receiver: dict[str, Any],
    retransmissions: int,
) -> LegRecord:
    """Return a leg's record from the two nodes' reports."""
    rate_bit_s = profile.information_rate_bit_s
    coding_gain_db = 10 * np.log10(profile.symbol_rate_baud / rate_bit_s)  # from Es/N0 to Eb/N0
    bursts = [
        Burst(
            started_s=burst["started_s"],
            ended_s=burst["ended_s"],
            decoded=burst["decoded"],
            corrected=burst["corrected"],
            eb_n0_db_measured=float(burst["es_n0_db"] + coding_gain_db),
            eb_n0_db_predicted=float(eb_n0_db(states.at("c_n0_db_hz", burst["started_s"]), rate_bit_s)),
            offset_hz_measured=burst["last_offset_hz"],
            doppler_hz_predicted=float(doppler_hz(states.at("range_rate_m_s", burst["ended_s"]), profile.carrier_hz)),
            symbols=burst["symbols"],
            symbol_errors=burst["symbol_errors"],
        )
        for burst in receiver["bursts"]
        if burst["es_n0_db"] is not None  # a radio with a modem of its own tells none
    ]
    return LegRecord(
        name=name,
        carrier_hz=profile.carrier_hz,
        symbol_rate_baud=profile.symbol_rate_baud,
        frames_sent=_arrived(sender["sent"], receiver),
        frames_received=receiver["frames_received"],
        retransmissions=retransmissions,
        bursts=bursts,
        time_s=states.time_s,
        doppler_hz=np.asarray(doppler_hz(states.range_rate_m_s, profile.carrier_hz)),
        eb_n0_db=np.asarray(eb_n0_db(states.c_n0_db_hz, rate_bit_s)),
        elevation_deg=states.elevation_deg,
        range_m=states.range_m,
        constellation=np.asarray([complex(*point) for point in receiver["constellation"]], dtype=np.complex64),
        spectrum_hz=np.asarray(receiver["spectrum"]["frequency_hz"]),
        spectrum_db=np.asarray(receiver["spectrum"]["density_db"]),
    )


def legs(physics: Physics, report: RigReport) -> tuple[LegRecord, LegRecord]:
    """Return uplink and downlink."""
    profile, sky = physics.profile, physics.sky
    ground, flatsat = report.ground, report.flatsat
    up = leg_record("uplink", profile.uplink, sky.uplink_states, ground, flatsat, ground["retransmissions"])
    down = leg_record("downlink", profile.downlink, sky.downlink_states, flatsat, ground, flatsat["retransmissions"])
    return up, down


_IN_FLIGHT_S = 0.1
"""Light time and a receiver's own delays: a burst that ended this long ago has been decoded if it ever will be."""


def _arrived(sent: list[dict[str, float]], receiver: dict[str, Any]) -> int:
    """Count the bursts that are not in the air any more, those that were received sooner included."""
    heard_s = max((burst["ended_s"] for burst in receiver["bursts"] if burst["decoded"]), default=0.0)
    until_s = max(heard_s, receiver["link_time_s"] - _IN_FLIGHT_S)
    return sum(burst["started_s"] + burst["air_time_s"] <= until_s for burst in sent)


def _mean(values: list[float]) -> float | None:
    return round(float(np.mean(values)), 2) if values else None
