"""
Acts of an alert's life, each in a process of its own, for tests that kill it.

Reads ``STATE URL breach|clear [FAULT]`` line by line, forks a process for each, and answers with its exit code; so the
imports are paid once. Figures are given by the act; state, outbox and delivery are the real ones.
"""

import importlib
import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

import core.faults
from alerting.config import AlertingConfig
from alerting.measure import Row
from alerting.readings import Reading
from alerting.service import AlertService
from core.clock import SystemClock
from core.units import Duration
from runbooks.catalogs import Catalog
from runbooks.models import Flow, Milestone, Rule, RuleSet, Tier, TierPolicy
from storage.state import open_state


class Act:
    """Says that one transaction is stuck, or that none is."""

    def __init__(self, name: str) -> None:
        self.breached = name == "breach"

    def read(self, rule, catalog, now):  # noqa: ARG002  # the signature of a measurer
        if rule.spec.kind != "stuck" or not self.breached or rule.queue_wide:
            return []
        reading = Reading(affected=1, oldest_at=datetime(2026, 11, 22, tzinfo=UTC), flows=("orders",))
        return [Row(flow="orders", system="", source="", reading=reading)]


class Catalogs:
    """One flow of tier 1 with one rule."""

    def current(self) -> Catalog:
        flow = Flow(name="orders", tier=1, owner="supply", milestones=(Milestone(name="sent"),))
        policy = TierPolicy(severity="page", group_wait=Duration())
        rules = RuleSet(name="rules", rules=(Rule(name="Stuck", kind="stuck"),))
        return Catalog(
            flows={"orders": flow}, tiers={1: Tier(name=1, policy=policy)}, rule_sets={"rules": rules}, version="1"
        )


def play(folder: str, url: str, act: str, fault: str) -> None:
    """Play one act to its end, or to the place where *fault* kills it."""
    os.environ["WAYLINE_FAULT"] = fault
    importlib.reload(core.faults)
    config = AlertingConfig(log=False, webhook_url=url)
    service = AlertService(
        None, open_state(Path(folder)), Catalogs(), SystemClock(), config, "http://127.0.0.1:1", measurer=Act(act)
    )
    service.recover()
    service.tick()
    service.deliver_due()


def main() -> None:
    """Fork a process for every line."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                play(*(*line.split(), "")[:4])
                status = 0
            except Exception:  # noqa: BLE001  # the exit code says it to the test, the traceback to a person
                traceback.print_exc()
            finally:
                os._exit(status)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
