"""From an arrival to a told transaction: which flow, which trouble, and when each piece of evidence is sent."""

import random
from contextlib import suppress
from dataclasses import dataclass

from runbooks.catalogs import Catalog
from wayline.estate.delivery import Delivery, fit_into_run, schedule_sending
from wayline.estate.episodes import Episode, Schedule
from wayline.estate.faults import FAULTS, Fault
from wayline.estate.flows import SCRIPTS
from wayline.estate.keys import Numbers
from wayline.estate.landscape import Landscape
from wayline.estate.outcome import Ending, Told, carried
from wayline.estate.passages import Child
from wayline.estate.story import Story
from wayline.estate.telemetry import NS_PER_S, EventItem, Item, LogItem
from wayline.estate.trouble import Effect, StalledError, StepFailedError, Touch, Trouble
from wayline.estate.truth import Origin

_MOST_STRUCK = 0.45
_ALWAYS = 1_000_000
_FULL_BATCH = 200
_FULL_BATCH_REJECTS = 3
_BATCH_CATEGORY = "database"
_BATCH_SYSTEM = "analytics-warehouse"
_DELAY_RATIO = (1.1, 1.4)
_DRAINED_RATIO = 0.9
_DRAIN_S = (5.0, 120.0)
_DELIVERY_FAULTS = ("duplicate_delivery", "late_events")
_NOT_STRUCK_FLOW = "gl_posting"


@dataclass(frozen=True, slots=True)
class Arrival:
    """
    A transaction about to happen.

    Attributes:
        ordinal: Position in the run, from 0.
        flow: Flow name; empty lets the seed decide.
        heard: No source is silent for it.
    """

    ordinal: int
    at_ns: int
    flow: str = ""
    full_batch: bool = False
    heard: bool = False


class Teller:
    """
    Tells transactions, deterministically by seed.

    Args:
        catalog: Flows, systems and identifiers.
        seed: Seed of the run.
        schedule: When which fault is at work.
        delivery: How evidence travels and when the run ends.
        pace: Factor on waiting times between steps.
    """

    def __init__(self, catalog: Catalog, seed: int, schedule: Schedule, delivery: Delivery, pace: float) -> None:
        self._catalog = catalog
        self._landscape = Landscape(catalog.systems, catalog.identifiers, catalog.flows, catalog.sources)
        self._seed = seed
        self._schedule = schedule
        self._delivery = delivery
        self._pace = pace

    def tell(self, arrival: Arrival) -> Told:
        """Return the transaction of *arrival* with every piece of evidence and its moment of sending."""
        choices = Numbers(self._seed ^ 0x5EED, arrival.ordinal).rng
        flow = arrival.flow or choices.choices(list(SCRIPTS), [script.weight for script in SCRIPTS.values()])[0]
        story = self._new_story(arrival, flow)
        fault, trouble = self._draw_trouble(arrival, flow, choices.random(), story)
        if arrival.full_batch:
            fault = FAULTS["batch_partial"]
            story.batch_size, story.batch_rejects = _FULL_BATCH, _FULL_BATCH_REJECTS
        story.trouble = trouble
        told = self._tell(story, fault, trouble)
        fit_into_run(told, arrival.at_ns, self._delivery)
        schedule_sending(told, choices, fault.name if fault else "", self._delivery)
        return told

    def _new_story(self, arrival: Arrival, flow: str) -> Story:
        story = Story(
            flow=flow,
            numbers=Numbers(self._seed, arrival.ordinal),
            landscape=self._landscape,
            at_ns=arrival.at_ns,
            pace=self._pace,
        )
        story.batch_size = 4 + arrival.ordinal % 9
        if not arrival.heard:
            story.silent_until = self._schedule.silent_until
        return story

    def _draw_trouble(
        self, arrival: Arrival, flow: str, draw: float, story: Story
    ) -> tuple[Fault | None, Trouble | None]:
        """Choose at most one fault of those at work, and the place it strikes; sets up *story* for it."""
        episodes = [episode for episode in self._schedule.active(arrival.at_ns) if episode.weight]
        if any(episode.fault.name == "transform_schema" for episode in episodes):
            story.supplier_rule = "ordinary"
        struck = draw < min(_MOST_STRUCK, sum(episode.weight for episode in episodes))
        if flow == _NOT_STRUCK_FLOW or arrival.heard or not struck:
            return None, None
        rng = Numbers(self._seed ^ 0xFA17, arrival.ordinal).rng
        episode = rng.choices(episodes, [episode.weight for episode in episodes])[0]
        fault = episode.fault
        if not fault.places:
            story.redelivers = fault.name == "duplicate_delivery"
            return fault if fault.name in _DELIVERY_FAULTS else None, None
        rule = "special" if fault.name == "transform_schema" else story.supplier_rule
        touches = [touch for touch in self._touches(arrival, flow, rule) if fault.may_strike(touch)]
        touches = [touch for touch in touches if episode.system in {"", touch.system}]
        if not touches:
            return None, None
        story.supplier_rule = rule
        return fault, self._trouble(episode, rng.choice(touches), flow, arrival, rng)

    def _trouble(self, episode: Episode, touch: Touch, flow: str, arrival: Arrival, rng: random.Random) -> Trouble:
        fault = episode.fault
        effect = rng.choice(fault.effects)
        delay_s = self._deadline_s(flow) * rng.uniform(*_DELAY_RATIO)
        if effect is Effect.BACKLOG and episode.drains and rng.random() < _DRAINED_RATIO:
            effect = Effect.DELAY
            delay_s = (episode.end_ns - arrival.at_ns) / NS_PER_S + rng.uniform(*_DRAIN_S)
        return Trouble(
            fault=fault.name,
            effect=effect,
            key=touch.key,
            strikes=1 if rng.random() < fault.repaired else _ALWAYS,
            category=touch.category,
            system=touch.system,
            failure=rng.choice(fault.failures),
            delay_s=delay_s if effect is Effect.DELAY else 0.0,
        )

    def _touches(self, arrival: Arrival, flow: str, supplier_rule: str) -> list[Touch]:
        """Tell the same transaction without trouble, to see which places it passes."""
        rehearsal = self._new_story(arrival, flow)
        rehearsal.supplier_rule = supplier_rule
        with suppress(StalledError):  # a silent source ends the rehearsal where it will end the transaction
            SCRIPTS[flow].tell(rehearsal)
        return rehearsal.touches

    def _deadline_s(self, flow: str) -> float:
        deadline = self._catalog.deadline_of(self._catalog.flows[flow])
        return deadline.seconds if deadline else 0.0

    def _tell(self, story: Story, fault: Fault | None, trouble: Trouble | None) -> Told:
        ending = Ending.FINISHED
        try:
            SCRIPTS[story.flow].tell(story)
        except StepFailedError:
            ending = Ending.FAILED
        except StalledError as stall:
            ending = Ending.UNHEARD if stall.unheard else Ending.STALLED
        flow = self._catalog.flows[story.flow]
        told = Told(
            flow=flow,
            deadline=self._catalog.deadline_of(flow),
            identifiers=carried(story.identifiers, story.items),
            items=story.items,
            milestones=story.milestones,
            ending=ending,
            started_ns=min(_event_time_ns(item) for item in story.items),
            fault=fault.name if fault else None,
            origin=Origin(trouble.category, trouble.system) if trouble else None,
        )
        if ending is Ending.UNHEARD:
            told.fault = told.fault or "silent_source"
        told.children = [self._told_child(child, told.fault) for child in story.children]
        if any(child.rejected for child in story.children):
            told.ending, told.origin = Ending.FAILED, Origin(_BATCH_CATEGORY, _BATCH_SYSTEM)
        return told

    def _told_child(self, child: Child, fault: str | None) -> Told:
        flow = self._catalog.flows[child.flow]
        return Told(
            flow=flow,
            deadline=self._catalog.deadline_of(flow),
            identifiers=child.identifiers,
            items=[],
            milestones=child.milestones,
            ending=Ending.FAILED if child.rejected else Ending.FINISHED,
            started_ns=child.started_ns,
            fault=fault if child.rejected else None,
            origin=Origin(_BATCH_CATEGORY, _BATCH_SYSTEM) if child.rejected else None,
        )


def _event_time_ns(item: Item) -> int:
    return item.at_ns if isinstance(item, LogItem | EventItem) else item.start_ns
