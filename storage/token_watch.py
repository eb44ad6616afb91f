"""
Tokens as every request is judged by them: a copy in memory, read anew each second.

A revoked token thereby ends within seconds wherever it was revoked, without a query a request. When the state store
does not answer, the copy is good for a while; then nobody can be judged, which is not the same as being refused.
"""

import threading
import time
from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog

from core.access import Actor, Scope
from core.clock import Clock
from core.component import Health
from storage.tokens import Token, TokenBook, TokensUnavailableError, UnknownTokenError, issue, split_token

_log = structlog.get_logger(__name__)
_NOTE_EVERY = timedelta(minutes=5)


class TokenWatch:
    """
    Judges tokens.

    Args:
        book: The table.
        clock: Source of time.
        refresh_s: Seconds between looks at the table; a revocation takes effect within about this.
        stale_after_s: Age of the copy from which on nobody is judged by it.
    """

    def __init__(self, book: TokenBook, clock: Clock, *, refresh_s: float = 1.0, stale_after_s: float = 10.0) -> None:
        self._book = book
        self._clock = clock
        self._refresh_s = refresh_s
        self._stale_after_s = stale_after_s
        self._known: dict[str, Token] = {}
        self._own: dict[str, Token] = {}
        self._seen: dict[str, datetime] = {}
        self._read_s: float | None = None
        self._is_failing = False
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """
        Read the table and keep reading it.

        Raises:
            TokensUnavailableError: The state store does not answer.
        """
        self.refresh()
        self._thread = threading.Thread(target=self._run, name="tokens", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Stop reading."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def health(self) -> list[Health]:
        """Return whether tokens can be judged; where none exists there is nothing to say."""
        if not self._known and not self._is_failing:
            return []
        detail = "the state store does not answer" if self._is_failing else f"{len(self._known)} known"
        return [Health("tokens", ok=not self._is_failing, detail=detail)]

    def refresh(self) -> None:
        """
        Read the table once, and note there which tokens were used.

        Raises:
            TokensUnavailableError: The state store does not answer.
        """
        try:
            self._known = {token.id: token for token in self._book.tokens()}
            self._read_s, self._is_failing = time.monotonic(), False
            self._note_uses()
        except TokensUnavailableError:
            self._is_failing = True
            raise

    def judge(self, text: str) -> Actor:
        """
        Return who holds the token *text*.

        Raises:
            UnknownTokenError: Not a token, revoked, or expired.
            TokensUnavailableError: That cannot be said at the moment.
        """
        token_id, secret = split_token(text)
        token = self._own.get(token_id)
        if token is None:
            self._refuse_stale()
            token = self._known.get(token_id)
        now = self._clock.now()
        if token is None or not token.matches(secret) or not token.is_live(now):
            if self._is_failing and (token is None or token.revoked_at is None):
                raise TokensUnavailableError("the state store does not answer, so this token cannot be judged")
            raise UnknownTokenError("this token is not known, or no longer good")
        if token_id not in self._own:
            self._seen[token_id] = now
        return token.actor

    def live_tokens(self) -> list[Token]:
        """Return the tokens of the table that are good now."""
        now = self._clock.now()
        return [token for token in self._known.values() if token.is_live(now)]

    def issue_own(self, name: str, scopes: Iterable[Scope]) -> str:
        """Return a token that lives and dies with this process, for its own parts."""
        token, text = issue(name, scopes, (), self._clock.now())
        self._own[token.id] = token
        return text

    def _refuse_stale(self) -> None:
        if self._read_s is None or time.monotonic() - self._read_s > self._stale_after_s:
            raise TokensUnavailableError("the state store does not answer, so no token can be judged")

    def _note_uses(self) -> None:
        for token_id in list(self._seen):
            seen = self._seen.pop(token_id)
            noted = self._known[token_id].last_used_at if token_id in self._known else None
            if noted is None or seen - noted >= _NOTE_EVERY:
                self._book.note_use(token_id, seen)

    def _run(self) -> None:
        while not self._stopping.wait(self._refresh_s):
            was_failing = self._is_failing
            try:
                self.refresh()
            except TokensUnavailableError as error:
                if not was_failing:
                    _log.error("tokens cannot be read", error=str(error))
            else:
                if was_failing:
                    _log.info("tokens can be read again")
