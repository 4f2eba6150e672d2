"""The telemetry packets of a station, one APID each. The packets and their database are made from what stands here."""

from ground.mission_control.message_parameters import member_labels, message_parameters
from ground.mission_control.packet_layout import Limits, PacketLayout, Parameter, presence
from ground.mission_control.value_types import Enumerated, Flag, Float, Text, Unsigned
from protocol.cop1.fop_table import FopState
from protocol.journey import Milestone
from protocol.messages import PROMPT_ID_OCTETS, AnswerEnd, Health, RefusalReason

_COUNT = Unsigned(4)
_DETAIL = Text(128)
_PROMPT_ID = Parameter("prompt_id", Text(2 * PROMPT_ID_OCTETS + 1), "hexadecimal digits, as in logs and HTTP")

# Of a battery of two lithium-ion cells and a board that switches the payload off below 6.4 V; of electronics that
# compute: a Jetson slows down above 85 degrees.
_HEALTH_LIMITS = {
    "bus_voltage_v": Limits((6.8, 8.45), (6.4, 8.6)),
    "battery_charge": Limits((0.4, 1.0), (0.2, 1.0)),
    "temperature_c": Limits((-10.0, 50.0), (-20.0, 70.0)),
    "payload_temperature_c": Limits((-10.0, 65.0), (-20.0, 85.0)),
}

HEALTH = PacketLayout(
    "health", 100, "The spacecraft's state, as it came down", message_parameters(Health, _HEALTH_LIMITS)
)

LINK = PacketLayout(
    "link",
    101,
    "Frames of all virtual channels, COP-1, and what was received since the packet before",
    (
        Parameter("downlink_frames", _COUNT, "received and good"),
        Parameter("downlink_repeated", _COUNT, "received again"),
        Parameter("downlink_rejected", _COUNT, "received and not for us, or not authentic"),
        Parameter("uplink_sent", _COUNT, "transmissions, repeated ones included"),
        Parameter("uplink_resent", _COUNT, "transmissions of what had been sent before"),
        Parameter("fop_state", Enumerated(tuple(state.name.lower() for state in FopState)), "S1 to S6 of FOP-1"),
        presence(of="nr", name="clcw_known"),
        Parameter("fop_vs", Unsigned(1), "V(S): the next frame's number", of="vs", is_optional=True),
        Parameter("fop_nnr", Unsigned(1), "NN(R): the frame that was expected on board", of="nr", is_optional=True),
        Parameter("frames_outstanding", _COUNT, "sent and not confirmed", of="outstanding", is_optional=True),
        Parameter("frames_waiting", _COUNT, "not yet sent", of="waiting", is_optional=True),
        Parameter("farm_lockout", Flag(), of="lockout", is_optional=True),
        Parameter("farm_wait", Flag(), of="wait", is_optional=True),
        Parameter("farm_retransmit", Flag(), of="retransmit", is_optional=True),
        Parameter("farm_b", Unsigned(1), "FARM-B counter, modulo 4", is_optional=True),
        Parameter("receptions", Unsigned(2), "frames whose samples were found"),
        Parameter("receptions_good", Unsigned(2), "of these, decoded without error"),
        Parameter("corrected", _COUNT, "symbols that the decoder corrected in them"),
        Parameter("es_n0_db", Float(4), "of the good one that came last", is_optional=True),
        Parameter("eb_n0_db", Float(4), "of the good one that came last", is_optional=True),
        Parameter("offset_hz", Float(4), "its carrier's, Doppler and oscillators", is_optional=True),
    ),
)

MILESTONE = PacketLayout(
    "milestone",
    102,
    "Something happened to a prompt",
    (
        _PROMPT_ID,
        Parameter("name", Enumerated(member_labels(Milestone)), "what happened"),
        Parameter("detail", _DETAIL, "what else is known of it"),
    ),
)

ANSWER = PacketLayout(
    "answer",
    103,
    "An answer is complete: how it ended and what it took",
    (
        _PROMPT_ID,
        *message_parameters(AnswerEnd),
        presence(of="uplink_frames", name="frames_known"),
        Parameter("uplink_frames", _COUNT, "the prompt's, repeated ones included", is_optional=True),
        Parameter("uplink_resent", _COUNT, "of these, those sent again", is_optional=True),
        Parameter("downlink_frames", _COUNT, "the answer's", is_optional=True),
    ),
)

REFUSAL = PacketLayout(
    "refusal",
    104,
    "A prompt is not answered, or not any further",
    (_PROMPT_ID, Parameter("reason", Enumerated(member_labels(RefusalReason))), Parameter("detail", _DETAIL)),
)

WARNING = PacketLayout(
    "warning",
    105,
    "Something is wrong with the station, or with what was asked of it",
    (
        Parameter("severity", Enumerated(("rejected", "warning", "error"))),
        Parameter("prompt_id", _PROMPT_ID.type, "of what was rejected, if it has one", is_optional=True),
        Parameter("message", Text(256)),
    ),
)

LAYOUTS = (HEALTH, LINK, MILESTONE, ANSWER, REFUSAL, WARNING)
