"""
Bearer tokens in the relational state: made, listed, revoked, never readable again.

Only the SHA-256 of a token is kept. A slow, salted hash guards secrets that people choose; a token is 256 random bits,
which nobody can guess from its hash, and it is judged at every request (NIST SP 800-63B, 5.1.2.2: look-up secrets of
at least 112 bits need no more than an approved one-way function).
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import JSON, Column, DateTime, Engine, LargeBinary, MetaData, String, Table, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from core.access import Actor, Scope
from core.errors import ConfigError, PermanentError, TransientError

METADATA = MetaData()
TOKENS = Table(
    "tokens",
    METADATA,
    Column("id", String(12), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("secret_sha256", LargeBinary(32), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("sources", JSON, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("expires_at", DateTime),
    Column("revoked_at", DateTime),
    Column("last_used_at", DateTime),
)
"""One row a token, kept after it was revoked: who had access is part of the record. Times are naive UTC."""

_SHAPE = re.compile(r"wl_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._@/-]{0,99}")
_SECRET_BYTES = 32


class UnknownTokenError(PermanentError):
    """Not a token, or one that was revoked or has expired."""


class TokensUnavailableError(TransientError):
    """The state store cannot say now whether a token is good; that is not the fault of who holds it."""


@dataclass(frozen=True)
class Token:
    """
    What is known of a token; its secret is not.

    Attributes:
        id: Public part, by which it is listed and revoked.
        name: What it is for.
        secret_sha256: Hash of the secret part.
        scopes: What it may do.
        sources: Globs over ``service.name`` and CloudEvents ``source``; empty means any.
        created_at: When it was made.
        expires_at: When it ends; None means never.
        revoked_at: When it was ended; None while it is good.
        last_used_at: When it was last seen, to five minutes; None means never.
    """

    id: str
    name: str
    secret_sha256: bytes
    scopes: frozenset[Scope]
    sources: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        """Whether it is neither revoked nor expired at *now*."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def matches(self, secret: str) -> bool:
        """Whether *secret* is its secret part, in a time that does not depend on the answer."""
        return hmac.compare_digest(hashlib.sha256(secret.encode()).digest(), self.secret_sha256)

    @property
    def actor(self) -> Actor:
        """Who acts when it is shown."""
        return Actor(self.name, self.scopes, self.sources)


def split_token(text: str) -> tuple[str, str]:
    """
    Return id and secret of a token.

    Raises:
        UnknownTokenError: *text* does not have the form of one.
    """
    found = _SHAPE.fullmatch(text)
    if found is None:
        raise UnknownTokenError("this is not a token of Wayline")
    return found[1], found[2]


def issue(
    name: str, scopes: Iterable[Scope], sources: Iterable[str], now: datetime, expires_in: timedelta | None = None
) -> tuple[Token, str]:
    """
    Return a new token and its text, which cannot be had again.

    Raises:
        ConfigError: The name is not fit, there is no scope, or it would have expired already.
    """
    if not _NAME.fullmatch(name):
        raise ConfigError("a token's name has 1 to 100 letters, digits, spaces and . _ @ / -")
    rights = frozenset(scopes)
    if not rights:
        raise ConfigError("a token without a scope can do nothing", remedy="name at least one with --scope")
    if expires_in is not None and expires_in <= timedelta(0):
        raise ConfigError("this token would have expired already")
    token_id, secret = secrets.token_hex(6), secrets.token_urlsafe(_SECRET_BYTES)
    digest = hashlib.sha256(secret.encode()).digest()
    end = None if expires_in is None else now + expires_in
    return Token(token_id, name, digest, rights, tuple(sources), now, end), f"wl_{token_id}_{secret}"


class TokenBook:
    """
    The table of tokens.

    Args:
        state: Relational state; the table is made when missing.

    Raises:
        TokensUnavailableError: By every method, when the state store does not answer.
    """

    def __init__(self, state: Engine) -> None:
        self._state = state
        self._is_made = False

    def _make(self) -> None:
        if not self._is_made:
            METADATA.create_all(self._state)
            self._is_made = True

    def add(self, token: Token) -> None:
        """Keep a new token."""
        row = {
            **{name: getattr(token, name) for name in ("id", "name", "secret_sha256")},
            "scopes": sorted(token.scopes),
            "sources": list(token.sources),
            "created_at": _naive(token.created_at),
            "expires_at": _naive(token.expires_at),
        }
        try:
            self._make()
            with self._state.begin() as connection:
                connection.execute(insert(TOKENS).values(row))
        except SQLAlchemyError as error:
            raise _unavailable(error) from error

    def tokens(self) -> list[Token]:
        """Return every token ever made, oldest first."""
        try:
            self._make()
            with self._state.connect() as connection:
                rows = connection.execute(select(TOKENS).order_by(TOKENS.c.created_at, TOKENS.c.id)).mappings().all()
        except SQLAlchemyError as error:
            raise _unavailable(error) from error
        return [_token(row) for row in rows]

    def revoke(self, wanted: str, now: datetime) -> Token:
        """
        End for good the token whose id is *wanted*, else the only one in use whose name it is.

        Raises:
            PermanentError: There is none, or there are several of that name.
        """
        found = self._find(wanted)
        if found.revoked_at is None:
            self._set(found.id, revoked_at=_naive(now))
        return found

    def _find(self, wanted: str) -> Token:
        tokens = self.tokens()
        named = [token for token in tokens if token.name == wanted]
        in_use = [token for token in named if token.revoked_at is None]
        found = [token for token in tokens if token.id == wanted] or in_use or named[:1]
        if not found:
            raise PermanentError(f"there is no token {wanted!r}", remedy="see: wayline token list")
        if len(found) > 1:
            ids = ", ".join(token.id for token in found)
            raise PermanentError(f"{len(found)} tokens are called {wanted!r}", remedy=f"name the id: {ids}")
        return found[0]

    def note_use(self, token_id: str, at: datetime) -> None:
        """Remember when a token was last seen."""
        self._set(token_id, last_used_at=_naive(at))

    def _set(self, token_id: str, **values: datetime | None) -> None:
        try:
            with self._state.begin() as connection:
                connection.execute(update(TOKENS).where(TOKENS.c.id == token_id).values(values))
        except SQLAlchemyError as error:
            raise _unavailable(error) from error


def _unavailable(error: SQLAlchemyError) -> TokensUnavailableError:
    return TokensUnavailableError(f"the state store cannot be asked about tokens ({type(error).__name__})")


def _token(row: object) -> Token:
    values = dict(row)  # type: ignore[call-overload]  # a RowMapping
    for name in ("created_at", "expires_at", "revoked_at", "last_used_at"):
        values[name] = values[name].replace(tzinfo=UTC) if values[name] else None
    values["scopes"] = frozenset(Scope(scope) for scope in values["scopes"])
    values["sources"] = tuple(values["sources"])
    return Token(**values)


def _naive(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC).replace(tzinfo=None)
