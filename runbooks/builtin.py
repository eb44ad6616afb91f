"""What every catalog has without declaring it; a declaration of the same name replaces it."""

from core.units import Duration
from runbooks.calendars import MINUTES_PER_DAY, WEEKDAYS
from runbooks.estate import TierObjectives
from runbooks.models import (
    Attributes,
    Calendar,
    Identifier,
    Owner,
    Rule,
    RuleSet,
    Tier,
    TierPolicy,
)

CALENDAR = Calendar(name="24x7", title="Always", zone="UTC", hours=dict.fromkeys(WEEKDAYS, ((0, MINUTES_PER_DAY),)))

TIERS = {
    1: Tier(
        name=1,
        title="Tier 1",
        objectives=TierObjectives(success_ratio=0.995, deadline=Duration(seconds=900)),
        policy=TierPolicy(
            severity="page",
            group_wait=Duration(),
            group_interval=Duration(seconds=60),
            repeat_interval=Duration(seconds=1_800),
            ack_within=Duration(seconds=300),
        ),
    ),
    2: Tier(name=2, title="Tier 2", objectives=TierObjectives(success_ratio=0.99, deadline=Duration(seconds=3_600))),
    3: Tier(
        name=3,
        title="Tier 3",
        objectives=TierObjectives(success_ratio=0.98, deadline=Duration(seconds=86_400)),
        policy=TierPolicy(severity="digest", group_wait=Duration(seconds=300)),
    ),
}


def identifiers(attributes: Attributes) -> dict[str, Identifier]:
    """Return the identifiers that exist by default, under the attribute names in use."""
    return {
        "correlation": Identifier(name="correlation", title="Correlation id", attributes=attributes.correlation),
        "message_id": Identifier(name="message_id", title="Message id", attributes=attributes.message_id),
    }


RULES = RuleSet(
    name="default",
    title="Rules that hold where a catalog has none",
    rules=(
        Rule(name="TransactionDeadlineMissed", kind="deadline", title="Transactions past their deadline"),
        Rule(name="TransactionStuck", kind="stuck", title="Transactions stuck at a step"),
        Rule(
            name="TransactionsFailing",
            kind="failure_ratio",
            title="Too many transactions fail",
            threshold=0.05,
            min_bad=3,
            window=Duration(seconds=900),
            keep_firing_for=Duration(seconds=60),
        ),
        Rule(name="SourceBlind", kind="source_blind", title="A source has gone silent", group_by=("source",)),
    ),
)


def owner(name: str) -> Owner:
    """Return the owner a flow names though nobody declared it."""
    return Owner(name=name)


__all__ = ["CALENDAR", "RULES", "TIERS", "identifiers", "owner"]
