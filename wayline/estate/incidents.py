"""Trouble as a healthy estate knows it: a quiet background, and now and then one clear incident at one system."""

import random
from dataclasses import replace

from wayline.estate.episodes import Episode
from wayline.estate.faults import FAULTS, SILENT_SYSTEMS
from wayline.estate.telemetry import NS_PER_S

_SLOT_NS = 75 * 60 * NS_PER_S
_BEFORE_NOW_NS = 5 * 60 * NS_PER_S
_LENGTH_S = (720, 1_080)
_SILENCE_S = (360, 480)
_SHARE = 0.3
_BACKGROUND_SHARE = 0.000_4
_HARMLESS_SHARE = 0.01
_HARMLESS = ("duplicate_delivery", "late_events")
_KINDS = (
    ("saas_down", "carrier-saas"),
    ("transform_schema", "mw-transform"),
    ("queue_backlog", "order-queue"),
    ("identity_timeouts", "identity-service"),
    ("gateway_rejects", "edi-gateway"),
    ("erp_errors", "erp-finance"),
    ("network_partition", "partner-link"),
    ("database_deadlock", "inventory-db"),
    ("saas_down", "scheduling-saas"),
)
_BACKGROUND = ("erp_errors", "identity_timeouts", "saas_down", "gateway_rejects", "database_deadlock")
_SILENCE_EVERY = 4
_BATCH_EVERY = 3


class Incidents:
    """
    One incident every 75 minutes, one of them under way when the live part starts.

    Args:
        seed: Seed of the run.
        live_ns: Start of the live part, Unix nanoseconds.
    """

    short = False

    def __init__(self, seed: int, live_ns: int) -> None:
        self._seed = seed
        self._anchor_ns = live_ns - _BEFORE_NOW_NS
        always = Episode(FAULTS["erp_errors"], 0, 2**63)
        self._background = [replace(always, fault=FAULTS[name], share=_BACKGROUND_SHARE) for name in _BACKGROUND] + [
            replace(always, fault=FAULTS[name], share=_HARMLESS_SHARE) for name in _HARMLESS
        ]

    def active(self, at_ns: int) -> list[Episode]:
        """Return the background and whatever incident is on at *at_ns*."""
        number = self._slot(at_ns)
        incidents = [self._incident(number)]
        if number % _BATCH_EVERY == 0:
            incidents.append(replace(incidents[0], fault=FAULTS["batch_partial"], system="", share=0.0))
        return [*(episode for episode in incidents if episode.covers(at_ns)), *self._background]

    def silent_until(self, system: str, at_ns: int) -> int | None:
        """Return until when an event of *system* at *at_ns* is not heard, Unix nanoseconds; None when it is."""
        number = self._slot(at_ns)
        if number % _SILENCE_EVERY != _SILENCE_EVERY - 1:
            return None
        rng = random.Random(f"{self._seed}/silence/{number}")  # noqa: S311 - repeatable by design
        end_ns = self._anchor_ns + (number + 1) * _SLOT_NS - _BEFORE_NOW_NS
        start_ns = end_ns - round(rng.uniform(*_SILENCE_S) * NS_PER_S)
        silent = rng.choice(SILENT_SYSTEMS)
        return end_ns if system == silent and start_ns <= at_ns < end_ns else None

    def _slot(self, at_ns: int) -> int:
        return (at_ns - self._anchor_ns) // _SLOT_NS

    def _incident(self, number: int) -> Episode:
        rng = random.Random(f"{self._seed}/incident/{number}")  # noqa: S311 - repeatable by design
        fault, system = _KINDS[(self._seed + number) % len(_KINDS)]
        start_ns = self._anchor_ns + number * _SLOT_NS
        end_ns = start_ns + round(rng.uniform(*_LENGTH_S) * NS_PER_S)
        return Episode(FAULTS[fault], start_ns, end_ns, number, system=system, share=_SHARE, drains=True)
