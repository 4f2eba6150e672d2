"""What an orbit leaves behind: one record, from which table, report and JSON object are made."""

from dataclasses import asdict, dataclass
from typing import Any

from testbed.orbit.orbit_plan import OrbitPlan
from testbed.orbit.orbit_request import OrbitRequest


@dataclass(frozen=True, slots=True)
class Sample:
    """The spacecraft at a moment; None where the board had not been heard."""

    time_s: float
    charge: float | None
    bus_voltage_v: float | None
    payload_c: float | None
    payload_w: float | None
    inferring: bool
    waiting: int
    """Prompts on board that wait for the model."""


@dataclass(frozen=True, slots=True)
class Deferral:
    """A span in which a prompt, the next in turn, waited for battery or heat."""

    number: int
    """Of the prompt, from 1."""
    from_s: float
    to_s: float
    reason: str

    @property
    def length_s(self) -> float:
        """How long it waited."""
        return self.to_s - self.from_s


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a prompt; times are link time, None for what did not happen."""

    number: int
    asked_s: float
    on_board_s: float | None = None
    begun_s: float | None = None
    """When the model began, the last time."""
    ended_s: float | None = None
    """When the model had ended."""
    down_s: float | None = None
    """When the last word was on the ground."""
    outcome: str = "not answered yet"
    tokens: int = 0
    energy_j: float | None = None
    peak_temperature_c: float | None = None
    shortened_to: int | None = None

    @property
    def token_j(self) -> float | None:
        """Joules per token."""
        return self.energy_j / self.tokens if self.energy_j is not None and self.tokens else None


@dataclass(frozen=True, slots=True)
class OrbitRecord:
    """An orbit, flown."""

    request: OrbitRequest
    plan: OrbitPlan
    energy_source: str
    samples: list[Sample]
    answers: list[Answer]
    deferrals: list[Deferral]
    wall_s: float
    """How long it took."""

    @property
    def answered(self) -> list[Answer]:
        """The prompts whose last word is on the ground."""
        return [answer for answer in self.answers if answer.down_s is not None]

    @property
    def totals(self) -> dict[str, float | int | None]:
        """The figures of the whole orbit; None for what nothing is known of."""
        energies_j = [answer.energy_j for answer in self.answers if answer.energy_j is not None]
        tokens = sum(answer.tokens for answer in self.answers if answer.energy_j is not None)
        charges = [sample.charge for sample in self.samples if sample.charge is not None]
        heats_c = [sample.payload_c for sample in self.samples if sample.payload_c is not None]
        return {
            "prompts": len(self.answers),
            "answered": len(self.answered),
            "refused": sum(answer.outcome.startswith("refused") for answer in self.answers),
            "deferrals": len(self.deferrals),
            "deferred_s": sum(each.length_s for each in self.deferrals),
            "energy_j": sum(energies_j),
            "joules_per_answer": sum(energies_j) / len(energies_j) if energies_j else None,
            "joules_per_token": sum(energies_j) / tokens if tokens else None,
            "lowest_charge": min(charges, default=None),
            "highest_payload_c": max(heats_c, default=None),
            "duration_s": self.plan.duration_s,
            "wall_s": self.wall_s,
        }

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        plan = self.plan
        return {
            "study": self.request.study,
            "satellite": plan.satellite,
            "station": plan.station,
            "start_utc": plan.start.isoformat(),
            "seed": self.request.seed,
            "energy_source": self.energy_source,
            "totals": self.totals,
            "contacts": [[contact.aos_s, contact.los_s] for contact in plan.contacts],
            "eclipses": [list(eclipse) for eclipse in plan.eclipses],
            "answers": [asdict(answer) | {"joules_per_token": answer.token_j} for answer in self.answers],
            "deferrals": [asdict(deferral) | {"length_s": deferral.length_s} for deferral in self.deferrals],
            "samples": [asdict(sample) for sample in self.samples],
        }
