"""What the hospital group does all day: one module a flow, each a plain function that tells a story."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wayline.estate.flows.gl_posting import tell_gl_posting
from wayline.estate.flows.inventory_sync import tell_inventory_sync
from wayline.estate.flows.invoice_match import tell_invoice_match
from wayline.estate.flows.procure_to_pay import tell_procure_to_pay
from wayline.estate.flows.supplier_onboarding import tell_supplier_onboarding
from wayline.estate.flows.workforce_sync import tell_workforce_sync
from wayline.estate.story import Story

__all__ = ["SCRIPTS", "Script"]


@dataclass(frozen=True, slots=True)
class Script:
    """
    How one flow is told.

    Attributes:
        tell: Tells one transaction; `StepFailedError` or `StalledError` leaves it early.
        weight: Share among all transactions started.
    """

    tell: Callable[[Story], None]
    weight: float


SCRIPTS: Mapping[str, Script] = {
    "procure_to_pay": Script(tell_procure_to_pay, 0.34),
    "inventory_sync": Script(tell_inventory_sync, 0.26),
    "invoice_match": Script(tell_invoice_match, 0.18),
    "workforce_sync": Script(tell_workforce_sync, 0.13),
    "supplier_onboarding": Script(tell_supplier_onboarding, 0.075),
    "gl_posting": Script(tell_gl_posting, 0.015),
}
