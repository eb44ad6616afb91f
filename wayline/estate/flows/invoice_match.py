"""A supplier invoice: intake by scan or EDI, three-way match, approval, posting."""

from opentelemetry.trace import SpanKind

from wayline.estate.calls import call, database, work
from wayline.estate.queues import Message, deliver, publish
from wayline.estate.story import Story
from wayline.estate.suppliers import draw_supplier
from wayline.estate.telemetry import Severity

_SCANNED_RATIO = 0.4
_HELD_RATIO = 0.12


def tell_invoice_match(story: Story) -> None:
    """Tell one invoice from its arrival to its posting."""
    rng = story.numbers.rng
    supplier = draw_supplier(story)
    story.identifiers |= {
        "correlation": story.numbers.token("c-"),
        "invoice_number": story.numbers.serial("INV", 9),
        "supplier_id": supplier.id,
        "contract_number": f"CT-{rng.randint(500, 620)}",
    }
    scanned, held = rng.random() < _SCANNED_RATIO, rng.random() < _HELD_RATIO
    invoice = _take_in(story, scanned=scanned)
    deliver(
        story,
        invoice,
        "erp-finance",
        lambda: _match(story),
        milestone="three_way_matched",
        keys=("invoice_number", "contract_number"),
        linked=True,
    )
    if held:
        _hold_and_release(story)
    _approve(story)
    _post(story)


def _take_in(story: Story, *, scanned: bool) -> Message:
    with story.step("api-gateway", "POST /invoices", keys=("correlation",), kind=SpanKind.SERVER):
        with story.step("api-gateway", "accept invoice", milestone="invoice_received", keys=("invoice_number",)):
            work(story, "check client certificate", 1, 9)
        reached = "invoice_scanned" if scanned else "invoice_translated"
        system = "invoice-capture" if scanned else "edi-translator"
        with (
            story.attempting(reached),
            call(story, system, "POST /documents"),
            story.step(system, "read document", milestone=reached, keys=("invoice_number", "supplier_id")),
        ):
            work(story, "recognise fields" if scanned else "translate 810", 20, 300)
        return publish(story, "invoice-queue", "invoices.inbound")


def _match(story: Story) -> None:
    work(story, "three-way match", 10, 90)
    database(story, "erp-db", "SELECT", "PO_LINES")
    database(story, "erp-db", "UPDATE", "AP_INVOICES")
    story.log(Severity.INFO, "invoice matched", keys=("invoice_number",))


def _hold_and_release(story: Story) -> None:
    for name, milestone in (("put on hold", "invoice_on_hold"), ("release", "invoice_released")):
        story.wait(3, 25)
        with story.step("sourcing-saas", name, milestone=milestone, keys=("invoice_number",)):
            story.busy(3, 20)


def _approve(story: Story) -> None:
    story.wait(10, 90)
    with (
        story.step("sourcing-saas", "POST /invoices/approve", keys=("invoice_number",), kind=SpanKind.SERVER),
        story.attempting("invoice_approved"),
        call(story, "identity-service", "POST /oauth2/token"),
    ):
        story.busy(3, 15)
    with story.step("sourcing-saas", "approve invoice", milestone="invoice_approved", keys=("correlation",)):
        story.busy(5, 40)


def _post(story: Story) -> None:
    story.wait(5, 50)
    with story.step("erp-finance", "post invoice", milestone="invoice_posted", keys=("invoice_number", "correlation")):
        work(story, "post to ledger", 10, 70)
        database(story, "erp-db", "INSERT", "GL_ENTRIES")
