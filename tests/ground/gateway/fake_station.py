"""A station without a radio: it speaks the lines of ``ground serve`` and answers by a script.

What a prompt says is what becomes of it: "refuse", "break" (its answer ends with an error on board), "slow", "long".
Two commands no station has: "contacts" moves the contacts, "hang" has it stand still.
"""

import json
import sys
import threading
import time
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

TICK_S = 0.002
WORD_S, SLOW_WORD_S = 0.005, 0.25
ASKED = ("text", "system", "turns", "max_tokens", "temperature", "seed", "stop")
DEFAULTS: dict[str, Any] = {"system": None, "turns": [], "max_tokens": 128, "temperature": 0.0, "seed": 0, "stop": []}
LEG = {
    "carrier_hz": 437e6,
    "modulation": "bpsk",
    "symbol_rate_baud": 9600.0,
    "information_rate_bit_s": 9600.0,
    "frame_octets": 223,
    "coding": "none",
}


def answer_to(text: str, turns: list[str] | tuple[str, ...] = ()) -> str:
    """Return the words of an answer."""
    if "long" in text:
        return " ".join(f"word{number}" for number in range(400))
    return f"You asked: {text}. That is all 🛰 after {len(turns)} turns."


class FakeStation:
    def __init__(self, journal: Path) -> None:
        self._journal = journal.open("a+", buffering=1)
        self._journal.seek(0)
        self._inquiries: dict[str, dict[str, Any]] = {
            each["prompt_id"]: each for each in map(json.loads, self._journal)
        }
        self._due: dict[str, float] = {}
        self._begun_s = 0.0
        self._contacts: list[list[float | None]] = [[0.0, None]]
        self._view_s = 0.0
        self._viewed_s = 0.0
        self._told_s = -1.0
        self._receptions: list[dict[str, Any]] = []

    @property
    def now_s(self) -> float:
        return time.monotonic() - self._begun_s

    def emit(self, event: str, **fields: Any) -> None:
        line = json.dumps({"event": event, "wall_time_s": time.time(), **fields}, ensure_ascii=False)
        print(line, flush=True)  # noqa: T201 - the lines of a station

    def begin(self, link_time_s: float) -> None:
        self._begun_s = time.monotonic() - link_time_s
        about = {"profile": "leo-bpsk", "security": "encrypted", "sample_rate_hz": 240e3, "start_utc": None}
        self.emit("station", **about, contacts=self._contacts, uplink=LEG, downlink=LEG)
        waiting = [each for each in self._inquiries.values() if each["ended_s"] is None]
        self.emit("queue", prompts=waiting)
        for each in waiting:
            self._due[each["prompt_id"]] = self.now_s
        self.emit("uplink", link_time_s=self.now_s, state="active")

    def obey(self, command: dict[str, Any]) -> None:
        name, prompt_id = command.pop("command"), command.get("prompt_id")
        if name == "begin":
            self.begin(command["link_time_s"])
        elif name == "ask":
            self._ask(command)
        elif name == "find" and prompt_id in self._inquiries:
            self.emit("known", found=self._inquiries[prompt_id])
        elif name == "cancel" and prompt_id in self._inquiries:
            self._end(self._inquiries[prompt_id], refusal={"reason": "cancelled", "detail": "before it was sent"})
        elif name == "view":
            self._view_s = command["period_s"]
        elif name == "contacts":
            self._contacts = command["contacts"]
            self.emit("station", profile="leo-bpsk", start_utc=None, contacts=self._contacts, downlink=LEG, uplink=LEG)
            self.emit("time", link_time_s=self.now_s)
        elif name == "hang":
            time.sleep(command["for_s"])
        else:
            self._reject(prompt_id, "prompt_id", prompt_id, "the id of a prompt that was asked")

    def _reject(self, prompt_id: object, field: str, value: object, accepted: str) -> None:
        self.emit("rejected", prompt_id=prompt_id, field=field, value=value, accepted=accepted)

    def _ask(self, command: dict[str, Any]) -> None:
        prompt_id = command["prompt_id"]
        asked = {**DEFAULTS, **{name: command[name] for name in ASKED if name in command}}
        if not asked["text"].strip():
            return self._reject(prompt_id, "prompt", asked["text"], "text of 1 to 16384 octets of UTF-8")
        if known := self._inquiries.get(prompt_id):
            if asked != {name: known[name] for name in ASKED}:
                return self._reject(prompt_id, "prompt_id", prompt_id, "the same prompt again, or another id")
            return self.emit("known", found=known)
        begin = {"state": "waiting to send", "cancelling": False, "asked_s": self.now_s, "deadline_s": None}
        end = {"ended_s": None, "transmissions": 0, "answer": "", "ending": None, "refusal": None}
        self._inquiries[prompt_id] = {"prompt_id": prompt_id, **asked, **begin, **end}
        self._save(self._inquiries[prompt_id])
        self._milestone(prompt_id, "queued", text=asked["text"])
        self._due[prompt_id] = self.now_s
        return None

    def tick(self) -> None:
        if self._begun_s == 0.0:
            return
        if self.now_s - self._told_s >= 1.0:
            self._told_s = self.now_s
            self.emit("time", link_time_s=self.now_s)
        in_view = any(aos_s <= self.now_s < (los_s or 1e9) for aos_s, los_s in self._contacts)  # type: ignore[operator]
        for prompt_id, due_s in tuple(self._due.items()):
            if in_view and due_s <= self.now_s:
                self._advance(self._inquiries[prompt_id])
        if self._view_s and self.now_s - self._viewed_s >= self._view_s:
            self._view()

    def _advance(self, inquiry: dict[str, Any]) -> None:
        prompt_id, text = inquiry["prompt_id"], inquiry["text"]
        words = answer_to(text, inquiry["turns"])
        self._due[prompt_id] = self.now_s + (SLOW_WORD_S if "slow" in text else WORD_S)
        if inquiry["state"] == "waiting to send":
            inquiry["state"], inquiry["transmissions"] = "sent", 1
            self._milestone(prompt_id, "aos")
            self._milestone(prompt_id, "uplink_first_sample", transmission=1)
            self._sending(prompt_id, 0)
        elif inquiry["state"] == "sent":
            self._sending(prompt_id, 2)
            if "refuse" in text:
                return self._end(inquiry, refusal={"reason": "low_battery", "detail": "12 % left"})
            inquiry["state"] = "accepted"
            self._milestone(prompt_id, "uplink_acked", queue_position=0)
        elif len(inquiry["answer"]) < len(words) and not ("break" in text and inquiry["answer"]):
            self._say(inquiry, words[len(inquiry["answer"]) :][:7])
        else:
            reason = "error" if "break" in text else "stop"
            figures = {"inference_s": 0.01, "waited_s": 0.0, "prefill_s": 0.005, "energy_j": 1.5, "uplink_resent": 0}
            frames = {"uplink_frames": 2, "downlink_frames": 3, "prompt_tokens": 4, "completion_tokens": 5}
            self._end(inquiry, ending={"finish_reason": reason, **figures, **frames})
        return None

    def _say(self, inquiry: dict[str, Any], words: str) -> None:
        self._milestone(inquiry["prompt_id"], "segment_received", index=len(inquiry["answer"]) // 7)
        self._receptions.append({"at_s": self.now_s, "es_n0_db": 9.0, "eb_n0_db": 9.0, "offset_hz": 1.0, "good": True})
        if not inquiry["answer"]:
            self._milestone(inquiry["prompt_id"], "first_word_shown")
        at = len(inquiry["answer"])
        inquiry["answer"] += words
        self._save(inquiry)
        self.emit("text", prompt_id=inquiry["prompt_id"], at=at, text=words)

    def _end(self, inquiry: dict[str, Any], **how: Any) -> None:
        if inquiry["ended_s"] is not None:
            return
        refusal = how.get("refusal")
        inquiry.update(how, state="refused" if refusal else "answered", ended_s=self.now_s)
        self._due.pop(inquiry["prompt_id"], None)
        self._save(inquiry)
        self._milestone(inquiry["prompt_id"], "refused" if refusal else "done", **(refusal or how["ending"]))

    def _milestone(self, prompt_id: str, name: str, **detail: Any) -> None:
        self.emit("milestone", name=name, prompt_id=prompt_id, link_time_s=self.now_s, detail=detail)

    def _sending(self, prompt_id: str, acknowledged: int) -> None:
        self.emit("sending", prompt_id=prompt_id, link_time_s=self.now_s, frames=2, acknowledged=acknowledged)

    def _view(self) -> None:
        self._viewed_s = self.now_s
        cop1 = {"state": "active", "vs": 1, "nr": 1, "outstanding": 0, "waiting": 0, "lockout": False, "wait": False}
        spectrum = {"spectrum": None, "floor_db": 0.0, "step_db": 0.5, "constellation": None}
        channels = {"down": {"0": {"frames": 1, "repeated": 0, "rejected": 0}}, "up": {"0": {"sent": 1, "resent": 0}}}
        receptions, self._receptions = self._receptions[-64:], []
        self.emit(
            "view",
            link_time_s=self.now_s,
            **spectrum,
            receptions=receptions,
            channels=channels,
            cop1={**cop1, "retransmit": False, "farm_b": 0},
        )

    def _save(self, inquiry: dict[str, Any]) -> None:
        """The last line of an inquiry counts."""
        self._journal.write(json.dumps(inquiry) + "\n")


def main() -> None:
    lines: SimpleQueue[str | None] = SimpleQueue()

    def read() -> None:
        for line in sys.stdin:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    station = FakeStation(Path(sys.argv[1]))
    station.emit("ready", tx=None)
    while True:
        try:
            line = lines.get(timeout=TICK_S)
        except Empty:
            station.tick()
            continue
        if line is None:
            return
        station.obey(json.loads(line))


if __name__ == "__main__":
    main()
