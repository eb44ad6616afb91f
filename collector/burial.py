"""What cannot be stored goes to the dead letters, counted, with a reason that holds no value."""

from collector.dead_letters import DeadLetters
from collector.frames import SegmentHeader
from collector.segment import disk_errors_as_transient
from core.clock import Clock
from core.selfmetrics import DEAD_LETTERS


class Burial:
    """
    The way into the dead letters.

    Args:
        letters: The folder.
        clock: Dates a burial.
    """

    def __init__(self, letters: DeadLetters, clock: Clock) -> None:
        self._letters = letters
        self._clock = clock

    def bury(
        self,
        header: SegmentHeader,
        payload: bytes,
        reason: str,
        *,
        index: int,
        items: int = 0,
        received_ns: int = 0,
        readable: bool,
    ) -> None:
        """
        Keep *payload*, frame or stretch *index* of the segment, as `DeadLetters.bury` does.

        Raises:
            TransientError: The disk refuses.
        """
        with disk_errors_as_transient():
            self._letters.bury(
                payload,
                signal=header.signal,
                reason=reason,
                items=items,
                received_ns=received_ns,
                buried_ns=self._clock.now_ns(),
                segment_id=header.segment_id,
                index=index,
                is_readable=readable,
            )
        DEAD_LETTERS.labels(header.signal, reason).inc()
