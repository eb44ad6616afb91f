"""What a process does, where several share a store and a state."""

from enum import StrEnum

from alerting.sharing import Part
from core.errors import ConfigError
from wayline.settings import Settings


class Role(StrEnum):
    """One part of the work; ``wayline serve`` does all of it."""

    COLLECT = "collect"
    CORRELATE = "correlate"
    ALERT = "alert"
    DASHBOARD = "dashboard"


EVERYTHING = frozenset(Role)


def alerting_part(roles: frozenset[Role]) -> Part:
    """Return what alerting does in a process of these roles."""
    if roles == EVERYTHING:
        return Part.ALL
    return Part.EVALUATES if Role.ALERT in roles else Part.ACTS


def refuse_embedded(settings: Settings, roles: frozenset[Role]) -> None:
    """
    Let a process of these roles open the store.

    Raises:
        ConfigError: It would share an embedded store, which only one process can open.
    """
    if roles != EVERYTHING and not settings.storage.url:
        raise ConfigError(
            f"wayline {', '.join(sorted(roles))} works on a store that others can reach",
            remedy="give --store clickhouse://..., or run wayline serve",
        )
