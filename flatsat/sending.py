"""What goes into the frames of the downlink."""

from flatsat.job import Job
from flatsat.job_queue import JobQueue
from flatsat.models.uplink import ModelUplink
from flatsat.replies import Replies
from flatsat.safekeeping import Safekeeping
from protocol.journey import Milestone, Observer
from protocol.link import SpacecraftLink
from protocol.messages import Missing, segment_overhead_octets

_MIN_TEXT_OCTETS = 64
"""A segment begins in a frame that is used already only with this much room: tokens are shorter, so none is cut."""


class Sending:
    """Fills frames: replies first, then files, then answers, oldest prompt first.

    `segments_resent` counts; `trouble` says why no frame can be sent, '' if one can.
    """

    def __init__(
        self,
        link: SpacecraftLink,
        replies: Replies,
        jobs: JobQueue,
        models: ModelUplink | None,
        keeping: Safekeeping,
        observe: Observer,
    ) -> None:
        self._link, self._replies, self._jobs, self._models = link, replies, jobs, models
        self._keeping, self._observe = keeping, observe
        self.segments_resent = 0
        self.trouble = ""

    def next_frame(self, now_s: float) -> bytes | None:
        """Return a frame, None if there is nothing to say or no number for it."""
        self._put_replies()
        self._put_pdu(now_s)
        self._put_segments(now_s)
        try:
            frame = self._link.next_frame(now_s)
        except OSError as error:
            self.trouble = f"no sequence number can be reserved: {error.strerror}"
            return None
        self.trouble = ""
        return frame

    def _put_replies(self) -> None:
        while self._replies and self._link.free_octets:
            self._link.send(self._replies.take())

    def _put_pdu(self, now_s: float) -> None:
        pdu = self._models.next_pdu(now_s) if self._models is not None and self._link.free_octets else None
        if pdu is not None:
            self._link.send_pdu(pdu)

    def _put_segments(self, now_s: float) -> None:
        for job in self._jobs.unsettled():
            while job.buffer.pending:
                room = self._link.free_octets - segment_overhead_octets(job.buffer.end)
                if room < _MIN_TEXT_OCTETS and self._link.pending:
                    return
                if not self._put_segment(job, max(room, _MIN_TEXT_OCTETS), now_s):
                    break

    def _put_segment(self, job: Job, room: int, now_s: float) -> bool:
        """Send a segment; one that cannot be kept stays: after a restart the answer could be cut otherwise."""
        segment = job.buffer.next_segment(room)
        assert segment is not None  # it was pending, and any character fits
        again = segment.index < job.kept_segments
        if not self._keeping.segment(job, segment):
            job.buffer.resend(Missing(job.prompt.prompt_id, (segment.index,), segment.index + 1))
            return False
        self.segments_resent += again
        self._link.send(segment)
        detail: dict[str, object] = {"index": segment.index, "characters": len(segment.text), "again": again}
        self._observe(Milestone.SEGMENT_SENT, job.prompt.prompt_id, now_s, detail)
        return True
