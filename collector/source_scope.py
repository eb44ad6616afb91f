"""
A token may be bound to sources: then every part of a request must come from one of them, or none of it is taken.

For OTLP the source is ``service.name`` of each resource, for CloudEvents their ``source``. Only requests of bound
tokens are looked through.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from google.protobuf.message import DecodeError

from collector.otlp import SERVICES
from collector.refusals import BadDataError, ForbiddenError
from collector.signals import Signal
from core.access import Actor

_SERVICE = "service.name"


def check_otlp_sources(actor: Actor, signal: Signal, payload: bytes | bytearray) -> None:
    """
    Let a serialized Export*ServiceRequest pass.

    Raises:
        ForbiddenError: A resource has no ``service.name``, or one that the token does not cover.
        BadDataError: The bytes are no such request.
    """
    if not actor.sources:
        return
    request = SERVICES[signal].request()
    try:
        request.ParseFromString(payload)
    except DecodeError as error:
        raise BadDataError("the body is not a valid protobuf message") from error
    resources = (part.resource for _, parts in request.ListFields() for part in parts)
    _refuse_others(actor, (service for resource in resources for service in _services_of(resource)))


def check_event_sources(actor: Actor, events: Iterable[Mapping[str, Any]]) -> None:
    """
    Let CloudEvents pass.

    Raises:
        ForbiddenError: The ``source`` of one is not covered by the token.
    """
    if actor.sources:
        _refuse_others(actor, (str(event.get("source", "")) for event in events))


def _services_of(resource: Any) -> list[str]:
    # A key sent twice must be covered twice, whichever of the two is stored.
    return [kept.value.string_value for kept in resource.attributes if kept.key == _SERVICE] or [""]


def _refuse_others(actor: Actor, sources: Iterable[str]) -> None:
    if not all(actor.speaks_for(source) for source in sources):
        raise ForbiddenError("this token is bound to sources, and part of the request comes from another one")
