"""The faults by name: where each strikes, how, how often it is repaired, and what it looks like in telemetry."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.errors import ConfigError
from wayline.estate.telemetry import Failure
from wayline.estate.trouble import Effect, Place, Touch

SILENT_SYSTEMS = ("cabinet-gateway", "supplier-network")
"""Systems whose declared event sources go silent; runs shorter than an alarm can know silence the first only."""


@dataclass(frozen=True, slots=True)
class Fault:
    """
    One kind of trouble.

    Attributes:
        places: Kinds of places it strikes; empty for faults that disturb delivery, not the business.
        category: Category of the systems it strikes.
        effects: What it may do there.
        failures: How the error reads.
        share: Share of the transactions that could be struck and are, while an episode lasts.
        repaired: Share of strikes that a retry repairs.
        only: Part of the touch key it is limited to.
    """

    name: str
    places: tuple[Place, ...] = ()
    category: str = ""
    effects: tuple[Effect, ...] = (Effect.ERROR,)
    failures: tuple[Failure, ...] = ()
    share: float = 0.2
    repaired: float = 0.0
    only: str = ""

    def may_strike(self, touch: Touch) -> bool:
        """Return whether *touch* is a place for this fault."""
        return touch.place in self.places and touch.category == self.category and self.only in touch.key


def _fault_list() -> tuple[Fault, ...]:
    service = (Place.WORK, Place.CALL)
    return (
        Fault(
            "erp_errors",
            service,
            "erp",
            failures=(
                Failure("PostingError", "ORA-20001: period is not open for posting"),
                Failure("NullPointerException", "approval hierarchy not found for position"),
                Failure("ServiceFault", "FND_AS_UNEXPECTED_ERROR in concurrent manager"),
            ),
            repaired=0.25,
        ),
        Fault(
            "transform_schema",
            (Place.WORK,),
            "middleware",
            failures=(Failure("SchemaValidationError", "cvc-complex-type.2.4.a: element PO1/08 is not expected here"),),
            only="transform order to X12 850 5010 custom",
            share=0.15,
        ),
        Fault(
            "identity_timeouts",
            (Place.CALL,),
            "identity",
            effects=(Effect.TIMEOUT,),
            failures=(Failure("timeout", "read timed out after 2.0 s"),),
            repaired=0.25,
        ),
        Fault(
            "queue_backlog",
            (Place.QUEUE,),
            "queue",
            effects=(Effect.BACKLOG, Effect.BACKLOG, Effect.DELAY),
            failures=(Failure("", ""),),
        ),
        Fault(
            "saas_down",
            (Place.CALL,),
            "saas",
            effects=(Effect.ERROR, Effect.UNREACHABLE),
            failures=(
                Failure("HTTPError", "503 Service Unavailable: scheduled maintenance overran"),
                Failure("ConnectionRefusedError", "connection refused"),
            ),
            repaired=0.2,
        ),
        Fault("silent_source"),
        Fault("duplicate_delivery", share=0.15),
        Fault("late_events", share=0.15),
        Fault("batch_partial"),
        Fault(
            "gateway_rejects",
            (Place.WORK,),
            "gateway",
            failures=(
                Failure("TooManyRequests", "429 rate limit exceeded for client"),
                Failure("CertificateError", "AS2 signing certificate has expired"),
            ),
        ),
        Fault(
            "database_deadlock",
            (Place.DATABASE,),
            "database",
            failures=(
                Failure("DeadlockDetected", "ORA-00060: deadlock detected while waiting for resource"),
                Failure("LockTimeout", "ORA-30006: resource busy; acquire with WAIT timeout expired"),
            ),
            repaired=0.3,
        ),
        Fault(
            "network_partition",
            service,
            "network",
            effects=(Effect.UNREACHABLE,),
            failures=(
                Failure("OSError", "no route to host"),
                Failure("ConnectionResetError", "connection reset by peer"),
            ),
            share=0.25,
        ),
    )


FAULTS: Mapping[str, Fault] = {fault.name: fault for fault in _fault_list()}


def parse_faults(text: str) -> tuple[str, ...]:
    """
    Return the fault names that ``--faults`` means: ``all``, ``none``, or names separated by commas.

    Raises:
        ConfigError: A name is no fault.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    if names == ["all"]:
        return tuple(FAULTS)
    if names in ([], ["none"]):
        return ()
    return tuple(_known(names))


def _known(names: Iterable[str]) -> Iterable[str]:
    for name in names:
        if name not in FAULTS:
            raise ConfigError(f"unknown fault {name!r}", remedy=f"faults are {', '.join(FAULTS)}, or all, or none")
        yield name
