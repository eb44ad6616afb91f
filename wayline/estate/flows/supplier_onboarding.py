"""A new supplier: request, sanctions screening, approval, vendor record, portal access, first sign of life."""

from opentelemetry.trace import SpanKind

from wayline.estate.calls import call, database, work
from wayline.estate.reports import report
from wayline.estate.story import Story
from wayline.estate.telemetry import Severity

_DECLINED_RATIO = 0.06


def tell_supplier_onboarding(story: Story) -> None:
    """Tell one onboarding; a declined supplier is a proper end, not a failure."""
    story.identifiers |= {
        "correlation": story.numbers.token("c-"),
        "supplier_request": story.numbers.serial("SR-", 8),
        "supplier_id": story.numbers.serial("SUP-N", 8),
    }
    declined = story.numbers.rng.random() < _DECLINED_RATIO
    _request(story)
    _screen(story)
    if declined:
        story.wait(10, 40)
        with story.step(
            "sanctions-screening", "decline supplier", milestone="supplier_declined", keys=("supplier_request",)
        ):
            story.busy(2, 9)
        return
    story.wait(10, 60)
    with story.step("mw-orchestrator", "approve supplier", milestone="supplier_approved", keys=("correlation",)):
        work(story, "evaluate approval rules", 3, 25)
    _create_vendor(story)
    _grant_access(story)
    story.wait(20, 90)
    report(
        story,
        "supplier-network",
        "com.supplier-network.supplier.active",
        milestone="supplier_active",
        keys=("supplier_request",),
    )


def _request(story: Story) -> None:
    with (
        story.step("sourcing-saas", "POST /suppliers", kind=SpanKind.SERVER),
        story.step(
            "sourcing-saas",
            "request supplier",
            milestone="supplier_requested",
            keys=("correlation", "supplier_request"),
        ),
    ):
        story.busy(10, 50)
        story.log(Severity.INFO, "supplier requested", keys=("supplier_request",))


def _screen(story: Story) -> None:
    story.wait(2, 10)
    with (
        story.step("mw-orchestrator", "screen supplier", keys=("supplier_request",)),
        story.attempting("supplier_screened"),
        call(story, "sanctions-screening", "POST /screenings"),
        story.step("sanctions-screening", "screen", milestone="supplier_screened", keys=("supplier_request",)),
    ):
        story.busy(80, 600)


def _create_vendor(story: Story) -> None:
    story.wait(5, 40)
    with (
        story.step("mw-orchestrator", "create vendor", keys=("correlation", "supplier_request")),
        story.attempting("vendor_created"),
        call(story, "erp-finance", "POST /vendors"),
        story.step(
            "erp-finance", "create vendor", milestone="vendor_created", keys=("supplier_request", "supplier_id")
        ),
    ):
        work(story, "check duplicates", 10, 70)
        database(story, "erp-db", "INSERT", "AP_SUPPLIERS")


def _grant_access(story: Story) -> None:
    story.wait(5, 40)
    with (
        story.step("mw-orchestrator", "grant portal access", keys=("correlation",)),
        story.attempting("portal_access_granted"),
        call(story, "identity-service", "POST /users/external"),
        story.step("identity-service", "grant access", milestone="portal_access_granted", keys=("supplier_request",)),
        call(story, "directory", "POST /ldap/add"),
    ):
        story.busy(5, 40)
