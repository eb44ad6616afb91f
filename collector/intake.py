"""The one way into the spool, whatever door a request came through: check, count, append."""

from concurrent.futures import Future
from typing import NamedTuple

from collector.refusals import RefusalError
from collector.signals import Signal
from collector.source_scope import check_otlp_sources
from collector.spool import Spool
from collector.validate import Checked, Validator
from core.access import LOCAL, Actor
from core.selfmetrics import ACCEPTED_ITEMS, REFUSED_REQUESTS


class Accepted(NamedTuple):
    """
    A request on its way to the disk.

    Attributes:
        checked: What is kept of it.
        stored: Resolves when it may be acknowledged; None when nothing of it needs storing.
    """

    checked: Checked
    stored: "Future[bool] | None"


class Intake:
    """
    Check requests and append them to the spool.

    Args:
        spool: Where accepted requests go.
        validator: Judges OTLP requests.
    """

    def __init__(self, spool: Spool, validator: Validator) -> None:
        self._spool = spool
        self._validator = validator

    def accept(self, signal: Signal, payload: bytes | bytearray, transport: str, actor: Actor = LOCAL) -> Accepted:
        """
        Take one serialized Export*ServiceRequest.

        Args:
            signal: Kind of telemetry.
            payload: Inflated protobuf bytes.
            transport: ``grpc`` or ``http``, for the metric.
            actor: Who sends it.

        Raises:
            RefusalError: It is not taken, for the reason of the error's class.
        """
        checked = self._validator.check(signal, payload)
        check_otlp_sources(actor, signal, checked.payload)
        return self.append(signal, checked, transport)

    def append(self, signal: Signal, checked: Checked, transport: str) -> Accepted:
        """Take a request that was checked already; see `accept`."""
        if checked.items == 0:
            return Accepted(checked, None)
        stored = self._spool.append(signal, checked.payload, items=checked.items)
        ACCEPTED_ITEMS.labels(signal, transport).inc(checked.items)
        return Accepted(checked, stored)


def count_refusal(signal: str, error: RefusalError) -> None:
    """Feed the metric of refusals."""
    REFUSED_REQUESTS.labels(signal, error.reason).inc()
