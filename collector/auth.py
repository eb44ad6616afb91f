"""Who may send: a bearer token whose scope covers the signal, judged before anything of a body is read."""

from typing import Protocol

from collector.signals import Signal


class Authenticator(Protocol):
    """Judges the Authorization header of a request."""

    @property
    def is_required(self) -> bool:
        """Whether requests without credentials are refused."""
        ...

    def check(self, authorization: str, signal: Signal) -> None:
        """
        Let a request pass.

        Args:
            authorization: Value of the Authorization header; empty when there is none.
            signal: What it wants to send.

        Raises:
            UnauthenticatedError: No token, or an unknown or revoked one.
            ForbiddenError: A token that is not for *signal*.
            OverloadedError: The token store cannot be asked now.
        """
        ...


class OpenDoor:
    """Lets everyone in; for loopback only."""

    is_required = False

    def check(self, authorization: str, signal: Signal) -> None:
        """Let the request pass."""
