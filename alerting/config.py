"""What an operator sets about alerting."""

from pydantic import BaseModel, ConfigDict, Field


class AlertingConfig(BaseModel):
    """
    Evaluation and delivery; who is told what, and when, stands in the catalog.

    Attributes:
        enabled: Whether rules are evaluated at all.
        interval_s: Seconds between evaluations of rules over tier 1.
        lower_tier_interval_s: Seconds between evaluations of rules over other tiers only.
        max_gap_s: A pause between two evaluations longer than this (a restart) counts neither towards ``for`` nor
            towards ``keep_firing_for``.
        measurement_lost_after_s: Seconds without one successful measurement after which that itself is an alert.
        max_alerts_per_rule: A rule that yields more alerts than this is frozen and reported.
        group_by: Labels whose values alerts of one message share.
        log: Whether every alert is also written to the log.
        webhook_url: Receives every alert in Alertmanager's webhook form, besides the channels of the catalog.
        webhook_timeout_s: Seconds one attempt to that address may take.
        block_private_addresses: Refuse webhooks to loopback, private and link-local addresses.
        webhook_hosts: When not empty, the only host names webhooks may go to.
        lease_s: A message under way for longer than this counts as of unknown outcome and is sent again.
        retry_base_s: Wait before the second attempt; doubles up to *retry_max_s*.
        retry_max_s: Longest wait between attempts.
        give_up_after_s: A message that could not be delivered for so long is given up.
        history_days: How long ended alerts are kept.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = True
    interval_s: float = Field(default=1.0, gt=0)
    lower_tier_interval_s: float = Field(default=5.0, gt=0)
    max_gap_s: float = Field(default=30.0, gt=0)
    measurement_lost_after_s: float = Field(default=60.0, gt=0)
    max_alerts_per_rule: int = Field(default=500, ge=1)
    group_by: tuple[str, ...] = ("alertname", "flow")
    log: bool = True
    webhook_url: str = ""
    webhook_timeout_s: float = Field(default=5.0, gt=0)
    block_private_addresses: bool = False
    webhook_hosts: tuple[str, ...] = ()
    lease_s: float = Field(default=60.0, gt=0)
    retry_base_s: float = Field(default=1.0, gt=0)
    retry_max_s: float = Field(default=60.0, gt=0)
    give_up_after_s: float = Field(default=86_400.0, gt=0)
    history_days: int = Field(default=90, ge=1)
