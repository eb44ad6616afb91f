"""
How often the segment of a signal is sealed, and so how often the store is asked to decode.

A statement costs some 50 ms of CPU whatever is in it. A lone request is worth that and is seen at once; while requests
keep coming, each segment waits half as long again as the one before, up to a limit that keeps what is stored fresh.
"""

_GROWTH = 1.5


class SealPace:
    """
    The pace of one signal.

    Args:
        first_s: Age at which a segment that follows a quiet time is sealed.
        longest_s: Greatest age; a time without segments that is longer counts as quiet.
    """

    def __init__(self, first_s: float, longest_s: float) -> None:
        self._first_s = first_s
        self._longest_s = max(first_s, longest_s)
        self._age_s = first_s
        self._sealed_s = float("-inf")

    def due_s(self, opened_s: float) -> float:
        """Return when a segment opened at *opened_s* is to be sealed; both are monotonic seconds."""
        return opened_s + (self._first_s if self._is_after_quiet(opened_s) else self._age_s)

    def note_sealed(self, opened_s: float, now_s: float) -> None:
        """Take note that a segment opened at *opened_s* is sealed at *now_s*."""
        before_s = self._first_s if self._is_after_quiet(opened_s) else self._age_s
        self._age_s = min(self._longest_s, before_s * _GROWTH)
        self._sealed_s = now_s

    def _is_after_quiet(self, opened_s: float) -> bool:
        return opened_s - self._sealed_s > self._longest_s
