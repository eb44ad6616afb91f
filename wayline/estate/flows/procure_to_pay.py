"""Purchase order to payment: sourcing, ERP, EDI to the supplier, goods in, invoice, payment."""

from opentelemetry.trace import SpanKind

from wayline.estate.calls import call, database, work
from wayline.estate.queues import Message, deliver, publish
from wayline.estate.reports import report
from wayline.estate.story import Story
from wayline.estate.suppliers import draw_supplier
from wayline.estate.telemetry import Severity

_SECOND_RECEIPT_RATIO = 0.15


def tell_procure_to_pay(story: Story) -> None:
    """Tell one purchase order from approval to payment."""
    supplier = draw_supplier(story)
    story.identifiers |= {
        "correlation": story.numbers.token("c-"),
        "po_number": story.numbers.serial("45", 8),
        "supplier_id": supplier.id,
        "cost_center": f"CC-{story.numbers.rng.randint(100, 180)}",
    }
    order = _approve_and_create(story)
    deliver(
        story,
        order,
        "mw-transform",
        lambda: _send_to_supplier(story, supplier.edi_schema),
        milestone="sent_to_supplier",
        keys=("po_number", "supplier_id"),
    )
    story.wait(20, 60)
    report(
        story,
        "supplier-network",
        "com.supplier-network.order.acknowledged",
        milestone="supplier_ack",
        keys=("po_number",),
        data={"status": "accepted"},
    )
    _receive_goods(story)
    _match_and_pay(story)


def _approve_and_create(story: Story) -> Message:
    with story.step("sourcing-saas", "POST /requisitions/approve", keys=("correlation",), kind=SpanKind.SERVER):
        value = story.numbers.rng.choice(("po_approved", "approved"))
        with story.step("sourcing-saas", "approve requisition", milestone="approved", said_as=value):
            story.busy(5, 60)
            story.log(Severity.INFO, "requisition approved", keys=("correlation",))
        with (
            story.attempting("po_created"),
            call(story, "api-gateway", "POST /orders"),
        ):
            work(story, "authorize", 1, 8)
            with call(story, "identity-service", "POST /oauth2/introspect"):
                work(story, "verify token", 1, 6)
            with call(story, "mw-orchestrator", "POST /flows/procure-to-pay"):
                work(story, "validate order", 2, 15)
                with (
                    call(story, "erp-finance", "POST /purchase-orders"),
                    story.step(
                        "erp-finance",
                        "create purchase order",
                        milestone="po_created",
                        keys=("correlation", "po_number"),
                    ),
                ):
                    work(story, "check budget", 5, 40)
                    database(story, "erp-db", "INSERT", "PO_HEADERS")
                return publish(story, "order-queue", "orders.outbound")


def _send_to_supplier(story: Story, edi_schema: str) -> None:
    work(story, f"transform order to {edi_schema}", 8, 60)
    with call(story, "edi-gateway", "POST /as2/850"):
        work(story, "sign and envelope", 3, 20)
        with call(story, "partner-link", "CONNECT supplier-network"):
            work(story, "forward", 1, 10)
            with call(story, "supplier-network", "POST /as2/inbox", remote=True):
                story.busy(20, 120)


def _receive_goods(story: Story) -> None:
    receipts = 2 if story.numbers.rng.random() < _SECOND_RECEIPT_RATIO else 1
    for number in range(receipts):
        story.wait(*((10, 40) if number else (30, 100)))
        with story.step(
            "inventory-service",
            "POST /goods-receipts",
            milestone="goods_receipt",
            keys=("po_number",),
            kind=SpanKind.SERVER,
        ):
            work(story, "book receipt", 5, 30)
            database(story, "inventory-db", "INSERT", "GOODS_RECEIPTS")


def _match_and_pay(story: Story) -> None:
    story.wait(20, 90)
    with story.step(
        "erp-finance", "invoice verification", milestone="invoice_matched", keys=("correlation", "po_number")
    ):
        work(story, "three-way match", 10, 80)
        database(story, "erp-db", "UPDATE", "AP_INVOICES")
    story.wait(20, 90)
    with story.step("erp-finance", "payment run", milestone="paid", keys=("po_number",)):
        work(story, "post payment", 10, 60)
        database(story, "erp-db", "INSERT", "AP_PAYMENTS")
