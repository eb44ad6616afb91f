"""Who is told about an alert, and how soon and how often: tier, owner, rule. Pure."""

from dataclasses import dataclass

from alerting.config import AlertingConfig
from alerting.instance import Instance
from core.units import Duration
from runbooks.catalogs import Catalog
from runbooks.models import Channel, TierPolicy

LOG_CHANNEL = "log"
WEBHOOK_CHANNEL = "webhook"
"""Names of the two channels that the settings make; a catalog channel of the same name replaces them."""


@dataclass(frozen=True)
class Waits:
    """
    How messages about a group are spaced, in seconds.

    Attributes:
        group_wait_s: From the first alert of a group to its first message.
        group_interval_s: Least time between messages about changes of the group.
        repeat_interval_s: Time after which an unchanged group is told again.
    """

    group_wait_s: float
    group_interval_s: float
    repeat_interval_s: float


class Router:
    """
    Routes by the catalog in force.

    Args:
        catalog: Tiers, owners and channels.
        config: Channels that the settings add.
    """

    def __init__(self, catalog: Catalog, config: AlertingConfig) -> None:
        self._catalog = catalog
        self.channels = {**_settings_channels(config), **catalog.channels}
        self._standing = tuple(name for name in _settings_channels(config) if name not in catalog.channels)
        self._overrides = {rule.name: rule.channels for s in catalog.rule_sets.values() for rule in s.rules}
        self._group_by = config.group_by

    def receivers(self, instance: Instance) -> tuple[str, ...]:
        """
        Return the channels that are told about *instance*.

        Those its rule names; else those of its owner and its tier; else every channel that no owner names. The
        channels of the settings always. Where that leaves nobody, everybody: an alert nobody hears is lost.
        """
        named = self._overrides.get(instance.labels["alertname"], ())
        if not named:
            owner = self._catalog.owners.get(instance.labels["owner"])
            named = (*(owner.contacts if owner else ()), *self._policy(instance).channels)
        known = [name for name in named if name in self.channels]
        known = known or [name for name in self._catalog.channels if name not in self._spoken_for()]
        if not known and not self._standing:
            known = list(self._catalog.channels)
        escalated = self.escalation_receivers(instance) if instance.escalated_at else ()
        told = dict.fromkeys((*self._standing, *known, *escalated))
        logs = [name for name in told if self.channels[name].type == "log"]
        if len(logs) > 1:
            told.pop(LOG_CHANNEL, None)
        return tuple(told)

    def escalation_receivers(self, instance: Instance) -> tuple[str, ...]:
        """
        Return the channels of the owner's escalation: the channel of that name, or those of the owner of that name.

        Empty when the name is only for people to read; the same channels are then told once more.
        """
        owner = self._catalog.owners.get(instance.labels["owner"])
        name = owner.escalation if owner else ""
        if name in self.channels:
            return (name,)
        contacts = self._catalog.owners[name].contacts if name in self._catalog.owners else ()
        return tuple(contact for contact in contacts if contact in self.channels)

    def group_of(self, instance: Instance) -> dict[str, str]:
        """Return the labels whose values all alerts in one message with *instance* share."""
        return {name: instance.labels[name] for name in self._group_by if name in instance.labels}

    def waits(self, instances: list[Instance]) -> Waits:
        """Return the spacing for a group: the most urgent of its alerts decides."""
        policies = [self._policy(instance) for instance in instances]
        return Waits(
            group_wait_s=min(policy.group_wait.seconds for policy in policies),
            group_interval_s=min(policy.group_interval.seconds for policy in policies),
            repeat_interval_s=min(policy.repeat_interval.seconds for policy in policies),
        )

    def ack_within_s(self, instance: Instance) -> float | None:
        """Return after how many seconds unacknowledged the escalation is told; None for never."""
        wait = self._policy(instance).ack_within
        return wait.seconds if wait and instance.labels["severity"] == "page" else None

    def repeat_interval_s(self, instance: Instance) -> float:
        """Return how often *instance* is told again while nothing changes."""
        return self._policy(instance).repeat_interval.seconds

    def _policy(self, instance: Instance) -> TierPolicy:
        tier = self._catalog.tiers.get(instance.tier)
        return tier.policy if tier else TierPolicy()

    def _spoken_for(self) -> set[str]:
        owners = self._catalog.owners.values()
        return {name for owner in owners for name in (*owner.contacts, owner.escalation)}


def _settings_channels(config: AlertingConfig) -> dict[str, Channel]:
    channels = {}
    if config.log:
        channels[LOG_CHANNEL] = Channel(name=LOG_CHANNEL, type="log")
    if config.webhook_url:
        channels[WEBHOOK_CHANNEL] = Channel(
            name=WEBHOOK_CHANNEL,
            type="webhook",
            url=config.webhook_url,
            timeout=Duration(seconds=config.webhook_timeout_s),
        )
    return channels
