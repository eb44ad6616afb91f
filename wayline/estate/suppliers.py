"""Suppliers of the hospital group and the EDI schema each of them insists on."""

from dataclasses import dataclass

from wayline.estate.story import Story

SPECIAL_SCHEMA = "X12 850 5010 custom"


@dataclass(frozen=True, slots=True)
class Supplier:
    """A supplier: reference id and the EDI schema its orders are transformed to."""

    id: str
    edi_schema: str


SUPPLIERS = tuple(
    Supplier(f"SUP-{1000 + number}", SPECIAL_SCHEMA if number == 0 else "X12 850 4010") for number in range(24)
)


def draw_supplier(story: Story) -> Supplier:
    """
    Return the supplier of this transaction.

    While a fault lasts that strikes one schema only, its supplier appears in exactly the struck transactions.
    """
    if story.supplier_rule == "special":
        return SUPPLIERS[0]
    return story.numbers.rng.choice(SUPPLIERS[1:] if story.supplier_rule == "ordinary" else SUPPLIERS)
