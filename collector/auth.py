"""Who may send: a bearer token whose scope covers the signal, judged before anything of a body is read."""

from typing import Protocol

from collector.refusals import ForbiddenError, OverloadedError, UnauthenticatedError
from collector.signals import Signal
from core.access import LOCAL, Actor, Scope
from storage.token_watch import TokenWatch
from storage.tokens import TokensUnavailableError, UnknownTokenError

_RETRY_AFTER_S = 5.0


class Authenticator(Protocol):
    """Judges the Authorization header of a request."""

    @property
    def is_required(self) -> bool:
        """Whether headers are looked at at all."""
        ...

    def check(self, authorization: str, signal: Signal) -> Actor:
        """
        Let a request pass.

        Args:
            authorization: Value of the Authorization header; empty when there is none.
            signal: What it wants to send.

        Returns:
            Who sends it; its `Actor.sources` say for whom.

        Raises:
            UnauthenticatedError: No token, or an unknown or revoked one.
            ForbiddenError: A token that is not for *signal*.
            OverloadedError: The token store cannot be asked now.
        """
        ...


class OpenDoor:
    """Lets everyone in; for loopback only."""

    is_required = False

    def check(self, authorization: str, signal: Signal) -> Actor:  # noqa: ARG002  # the protocol's signature
        """Let the request pass."""
        return LOCAL


class TokenDoor:
    """
    Lets in who shows a token for the signal.

    Args:
        watch: Knows the tokens.
        knows_clients: The port asks for client certificates: those need no token besides, yet one that is shown counts.
    """

    is_required = True

    def __init__(self, watch: TokenWatch, *, knows_clients: bool = False) -> None:
        self._watch = watch
        self._knows_clients = knows_clients

    def check(self, authorization: str, signal: Signal) -> Actor:
        """Let the request pass; see `Authenticator.check`."""
        if not authorization and self._knows_clients:
            return LOCAL
        kind, _, text = authorization.partition(" ")
        if kind.lower() != "bearer" or not text:
            raise UnauthenticatedError("send a token: Authorization: Bearer ...")
        try:
            actor = self._watch.judge(text.strip())
        except UnknownTokenError as error:
            raise UnauthenticatedError(error.message) from error
        except TokensUnavailableError as error:
            # Not 401: an exporter drops its data on that, and nobody has said that the token is wrong.
            raise OverloadedError(error.message, retry_after_s=_RETRY_AFTER_S) from error
        if not actor.may(Scope(signal.value)):
            raise ForbiddenError(f"this token does not cover {signal}")
        return actor
