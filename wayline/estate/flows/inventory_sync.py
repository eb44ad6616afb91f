"""A stock movement: ERP, stock events, inventory, delivery by carrier or cart, confirmation at the cabinet."""

from opentelemetry.trace import SpanKind

from wayline.estate.calls import call, database, work
from wayline.estate.queues import Message, deliver, publish
from wayline.estate.reports import report
from wayline.estate.story import Story
from wayline.estate.telemetry import Severity

_BY_CARRIER_RATIO = 0.45
_REPLENISH_RATIO = 0.3


def tell_inventory_sync(story: Story) -> None:
    """Tell one stock movement from its posting to its confirmation at the cabinet."""
    rng = story.numbers.rng
    story.identifiers |= {
        "correlation": story.numbers.token("c-"),
        "stock_movement": story.numbers.serial("MV", 8),
        "item_number": f"ITEM-{rng.randint(10_000, 10_400)}",
    }
    by_carrier, replenish = rng.random() < _BY_CARRIER_RATIO, rng.random() < _REPLENISH_RATIO
    if by_carrier:
        story.identifiers["shipment"] = story.numbers.serial("SHP", 8)
    movement = _post_movement(story)
    deliver(
        story,
        movement,
        "inventory-service",
        lambda: _update_stock(story),
        milestone="stock_updated",
        keys=("stock_movement", "item_number"),
        linked=True,
    )
    if replenish:
        story.wait(1, 6)
        with story.step(
            "inventory-service", "request replenishment", milestone="replenishment_requested", keys=("stock_movement",)
        ):
            story.busy(4, 20)
    story.wait(3, 20)
    if by_carrier:
        _book_shipment(story)
    else:
        _dispatch_cart(story)
    story.wait(20, 80)
    report(
        story, "cabinet-gateway", "com.cabinet.stock.confirmed", milestone="stock_confirmed", keys=("stock_movement",)
    )


def _post_movement(story: Story) -> Message:
    with story.step("erp-supply", "POST /stock-movements", keys=("correlation",), kind=SpanKind.SERVER):
        with story.step("erp-supply", "post movement", milestone="movement_posted", keys=("stock_movement",)):
            work(story, "check item master", 3, 25)
            database(story, "erp-db", "INSERT", "INV_TRANSACTIONS")
        return publish(story, "stock-events", "stock.movements")


def _update_stock(story: Story) -> None:
    work(story, "apply movement", 2, 20)
    database(story, "inventory-db", "UPDATE", "STOCK_LEVELS")
    story.log(Severity.INFO, "stock level updated", keys=("stock_movement",))


def _book_shipment(story: Story) -> None:
    with (
        story.step("inventory-service", "book carrier", keys=("stock_movement", "shipment")),
        story.attempting("shipment_booked"),
        call(story, "carrier-saas", "POST /v2/shipments", remote=True),
    ):
        story.busy(60, 300)
    story.wait(5, 25)
    report(story, "carrier-saas", "com.carrier.shipment.booked", milestone="shipment_booked", keys=("shipment",))


def _dispatch_cart(story: Story) -> None:
    with story.step("inventory-service", "plan cart", keys=("stock_movement",)):
        order = publish(story, "stock-events", "stock.dispatch")
    deliver(
        story,
        order,
        "logistics-service",
        lambda: work(story, "assign cart", 3, 30),
        milestone="cart_dispatched",
        keys=("stock_movement",),
    )
