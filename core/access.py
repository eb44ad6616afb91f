"""
Who acts, and what they may do: the scopes of a credential, and the actor of the request under way.

A scope is a right, not a role: a collector's token holds the signals it sends, a person's ``read`` or ``operate``.
"""

from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from core.errors import PermanentError


class Scope(StrEnum):
    """One right; ``operate`` includes ``read``."""

    TRACES = "traces"
    LOGS = "logs"
    METRICS = "metrics"
    EVENTS = "events"
    READ = "read"
    OPERATE = "operate"


LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
_NAME_KEPT = 90  # both together fit the columns that keep them
INGEST = (Scope.TRACES, Scope.LOGS, Scope.METRICS, Scope.EVENTS)


def in_address(host: str) -> str:
    """Return *host* as addresses write it: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


class NotAllowedError(PermanentError):
    """The credential of this request does not cover what it asks for."""


@dataclass(frozen=True)
class Actor:
    """
    The holder of the credential of one request.

    Attributes:
        name: Name of the token, for records of who did what.
        scopes: What it may do.
        sources: Globs over the names of sources it may send for; empty means any.
    """

    name: str
    scopes: frozenset[Scope]
    sources: tuple[str, ...] = ()

    def may(self, scope: Scope) -> bool:
        """Whether *scope* is covered."""
        return scope in self.scopes or (scope is Scope.READ and Scope.OPERATE in self.scopes)

    def speaks_for(self, source: str) -> bool:
        """Whether it may send what *source* (``service.name`` or the CloudEvents ``source``) reports."""
        return not self.sources or any(fnmatchcase(source, glob) for glob in self.sources)


LOCAL = Actor("", frozenset(Scope))
"""Whoever can reach a loopback port; it has no name of its own."""

_current: ContextVar[Actor] = ContextVar("wayline_actor", default=LOCAL)


def current_actor() -> Actor:
    """Return who the request under way acts for; `LOCAL` where nobody was asked."""
    return _current.get()


def set_actor(actor: Actor) -> None:
    """Say who the request under way acts for; holds within its context only."""
    _current.set(actor)


def signed(name: str) -> str:
    """Return *name* as a person gave it, with the token that was used where one was: a name alone proves nothing."""
    token = current_actor().name
    return name if not token or token == name else f"{name[:_NAME_KEPT]} ({token})"


def require(scope: Scope) -> Actor:
    """
    Return the current actor.

    Raises:
        NotAllowedError: Its credential does not cover *scope*.
    """
    actor = current_actor()
    if not actor.may(scope):
        raise NotAllowedError(
            f"this token does not cover {scope}", remedy=f"use one made with: wayline token create --scope {scope}"
        )
    return actor
