"""People who signed in: which cookie stands for which token, in memory, for a working day at most."""

import hashlib
import secrets
import threading
from datetime import datetime, timedelta

from core.clock import Clock

_MOST = 10_000


class Sessions:
    """
    Sessions by the hash of their cookie; a restart ends them all.

    The token is asked again at each request, so a session ends with its token.

    Args:
        clock: Source of time.
        length_s: Seconds after which a session ends.
    """

    def __init__(self, clock: Clock, length_s: float) -> None:
        self._clock = clock
        self._length = timedelta(seconds=length_s)
        self._lock = threading.Lock()
        self._open: dict[bytes, tuple[str, datetime]] = {}

    def begin(self, token: str) -> str:
        """Return the cookie of a new session of the holder of *token*."""
        cookie = secrets.token_urlsafe(32)
        now = self._clock.now()
        with self._lock:
            self._open = {key: kept for key, kept in self._open.items() if kept[1] > now}
            if len(self._open) >= _MOST:
                self._open.pop(next(iter(self._open)))
            self._open[_key(cookie)] = (token, now + self._length)
        return cookie

    def token(self, cookie: str) -> str | None:
        """Return the token behind *cookie*; None for a session that is over or never was."""
        kept = self._open.get(_key(cookie))
        return kept[0] if kept is not None and self._clock.now() < kept[1] else None

    def end(self, cookie: str) -> None:
        """End a session."""
        with self._lock:
            self._open.pop(_key(cookie), None)


def _key(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode()).digest()
