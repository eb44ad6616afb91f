"""Alerting as a component: a thread evaluates the rules, a dispatcher delivers, and people act on alerts."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from alerting.backtest import backtest
from alerting.board import Board
from alerting.config import AlertingConfig
from alerting.deliver import Dispatcher
from alerting.describe import Context
from alerting.errors import AlertNotFoundError, AlertOverError, RuleNotFoundError, SilenceError, SilenceNotFoundError
from alerting.instance import Instance, ResolveReason, State, resolve
from alerting.journal import Journal
from alerting.labels import Matcher
from alerting.measure import Measurer, StoreMeasurer
from alerting.mute import Silence, SilenceKind
from alerting.outbox import Outbox
from alerting.read import AlertRead, alert_as_dict, silence_as_dict
from alerting.rounds import Rounds
from alerting.route import Router
from alerting.rules import ActiveRule
from alerting.sharing import Part, Sharing
from core.clock import Clock
from core.component import Health
from core.errors import WaylineError
from core.selftraces import SELF_TRACES
from runbooks.catalog_provider import CatalogProvider
from runbooks.catalogs import Catalog
from runbooks.models import Channel
from storage.store import Store

_PRUNE_EVERY = timedelta(hours=1)
_SLOW_DELIVERY = timedelta(minutes=5)
_WATCHDOG_S = 15.0

log = structlog.get_logger("wayline.alerting")


class AlertService:
    """
    Rules in, notifications out.

    Args:
        store: Holds the transactions.
        state_engine: Relational state for alerts, outbox and silences.
        catalog_provider: Gives the catalog in force.
        clock: Source of time.
        config: Settings.
        public_url: Address of the pages, absolute, for links in notifications.
        measurer: Says how the transactions are; default: reads *store*.
        part: What this process does of alerting, where several share the state.
    """

    def __init__(
        self,
        store: Store,
        state_engine: Engine,
        catalog_provider: CatalogProvider,
        clock: Clock,
        config: AlertingConfig,
        public_url: str,
        *,
        measurer: Measurer | None = None,
        part: Part = Part.ALL,
    ) -> None:
        self._catalogs = catalog_provider
        self._store = store
        self._clock = clock
        self._config = config
        self._public_url = public_url.rstrip("/")
        self.journal = Journal(state_engine)
        self._sharing = Sharing(state_engine, part, self.journal)
        # Shared, each turn begins with what was written: so nothing may be kept back.
        self.board = Board(self.journal) if part is Part.ALL else Board(self.journal, rewrite_after_s=0.0)
        self._rounds = Rounds(measurer or StoreMeasurer(store), config)
        self._outbox = Outbox(state_engine, config.lease_s)
        self._dispatcher = Dispatcher(self._outbox, self._channels, clock, config)
        self.read = AlertRead(self)
        self.lock = threading.RLock()
        self._silences: list[Silence] | None = None
        self._loaded = False
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._pruned_at: datetime | None = None
        self._evaluated_at: datetime | None = None
        self._trouble = ""

    def start(self) -> None:
        """Take up the state an earlier process left, evaluate and deliver."""
        self._stopping.clear()
        self.recover()
        if self._sharing.part is not Part.ACTS:
            self._dispatcher.start()
        if self._config.enabled or not self._sharing.is_alone:
            self._thread = threading.Thread(target=self._run, name="alert-rules", daemon=True)
            self._thread.start()

    def recover(self) -> None:
        """Take up the state an earlier process left: alerts, and messages it had under way."""
        with self.lock:
            self.board.load(self._clock.now())
            self._loaded = True
        self._outbox.reclaim(self._clock.now(), all_leases=self._sharing.is_alone)

    def stop(self, timeout_s: float) -> None:
        """End evaluation, finish the deliveries under way; what waits is sent after the next start."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout_s)
        self._dispatcher.stop(timeout_s)
        self._sharing.leave()

    def health(self) -> list[Health]:
        """Return whether rules are being evaluated and notifications leave."""
        return [self._evaluation_health(), self._delivery_health()]

    def tick(self) -> int:
        """
        Evaluate the rules that are due, and commit what follows; return how many notifications were entered.

        Raises:
            SQLAlchemyError: The state could not be written; nothing has changed.
        """
        now = self._clock.now()
        started_ns = self._clock.now_ns()
        with self._turn(now):
            if not self._loaded:
                self.board.load(now)
                self._loaded = True
            context = self.context()
            changed, vanished = self._rounds.evaluate(self.board, context, now)
            entered = self._settle(changed, vanished, context, now)
            self._rounds.done(now)
            self._evaluated_at = now
            self._prune(now)
        self._trouble = self._rounds.trouble
        if changed or entered:  # a round a second that changes nothing is not worth a span
            facts = {"wayline.alerts_changed": len(changed), "wayline.notifications": entered}
            SELF_TRACES.record("alert round", started_ns, self._clock.now_ns(), facts)
        return entered

    def deliver_due(self) -> int:
        """Send what is due in the calling thread; return how many attempts were made."""
        return self._dispatcher.deliver_due()

    def context(self) -> Context:
        """Return the catalog in force and the public address."""
        return Context(self._catalogs.current(), self._public_url)

    def ack(self, alert_id: str, *, by: str, note: str = "") -> dict[str, object]:
        """
        Acknowledge an alert: no repeats and no escalation while it lasts.

        Args:
            alert_id: Id of the alert, or its fingerprint.
            by: Who.
            note: Free text.

        Raises:
            AlertNotFoundError: There is none.
            AlertOverError: It is resolved.
        """
        now = self._clock.now()
        with self._turn(now):
            instance = self._active(alert_id)
            return self._apply(replace(instance, acked_at=now, acked_by=by, note=note or instance.note), now)

    def resolve(self, alert_id: str, *, by: str, note: str = "") -> dict[str, object]:
        """
        End an alert by hand.

        While its condition still holds it stays quiet for the repeat interval of its tier, then opens again.

        Raises:
            AlertNotFoundError: There is none.
            AlertOverError: It is resolved already.
        """
        now = self._clock.now()
        with self._turn(now):
            instance = self._active(alert_id)
            quiet_s = self._router(self.context()).repeat_interval_s(instance)
            ended = resolve(instance, now, ResolveReason.BY_HAND, quiet_until=now + timedelta(seconds=quiet_s))
            acked_at = instance.acked_at or now
            return self._apply(replace(ended, acked_at=acked_at, acked_by=by, note=note or instance.note), now)

    def silence(
        self,
        *,
        until: datetime,
        by: str,
        reason: str = "",
        starts: datetime | None = None,
        matchers: tuple[Matcher, ...] = (),
        kind: SilenceKind = SilenceKind.SILENCE,
        silence_id: str = "",
        **labels: str | int | None,
    ) -> dict[str, object]:
        """
        Mute the alerts that match, without touching their state.

        Args:
            until: End, exclusive, aware.
            by: Who.
            reason: Why.
            starts: Beginning; default now.
            matchers: Conditions on labels, ANDed.
            kind: A silence, or announced maintenance.
            silence_id: Replace this one instead of making another.
            labels: Further labels that must be equal, e.g. ``alertname``, ``flow``, ``tier``; None is no condition.

        Raises:
            SilenceError: It selects everything, or ends before it starts.
            SilenceNotFoundError: *silence_id* does not exist.
        """
        now = self._clock.now()
        equal = tuple(Matcher(name, str(value)) for name, value in labels.items() if value is not None)
        begins = starts or now
        if not matchers + equal:
            raise SilenceError("a silence needs at least one matcher", remedy="name an alert, a flow or a tier")
        if until <= begins:
            raise SilenceError("a silence must end after it starts", remedy="give a later end")
        known = {silence.id: silence for silence in self.silences()}
        if silence_id and silence_id not in known:
            raise SilenceNotFoundError(silence_id)
        made = Silence(
            id=silence_id or secrets.token_hex(8),
            kind=kind,
            matchers=matchers + equal,
            starts_at=begins,
            ends_at=until,
            created_at=known[silence_id].created_at if silence_id else now,
            created_by=by,
            comment=reason,
        )
        return self._put_silence(made, now)

    def expire_silence(self, silence_id: str) -> dict[str, object]:
        """
        End a silence now; what it muted and is still active is told.

        Raises:
            SilenceNotFoundError: There is none.
        """
        now = self._clock.now()
        found = next((silence for silence in self.silences() if silence.id == silence_id), None)
        if found is None:
            raise SilenceNotFoundError(silence_id)
        return self._put_silence(replace(found, ends_at=min(found.ends_at, now)), now)

    def silences(self) -> list[Silence]:
        """Return every silence that is kept, expired ones included."""
        with self.lock:
            if self._silences is None:
                self._silences = self.journal.silences()
            return list(self._silences)

    def rules(self) -> list[ActiveRule]:
        """Return the rules in force."""
        with self.lock:
            return list(self._rounds.rules(self.catalog()))

    def backtest(self, name: str, *, since: datetime, until: datetime, step_s: float) -> dict[str, Any]:
        """
        Replay the rule called *name* over stored history; see `alerting.backtest.backtest`.

        Raises:
            RuleNotFoundError: No rule in force has that name.
            NotBacktestableError: Its kind leaves no history.
        """
        rules = {rule.key: rule for rule in self.rules()}
        if name not in rules:
            raise RuleNotFoundError(name, sorted(rules))
        return backtest(self._store, rules[name], self.catalog(), since, until, max(step_s, 1.0))

    @property
    def now(self) -> datetime:
        """The present."""
        return self._clock.now()

    def catalog(self) -> Catalog:
        """Return the catalog in force."""
        return self._catalogs.current()

    @contextmanager
    def _turn(self, now: datetime) -> Iterator[None]:
        with self.lock, self._sharing.turn():
            if not self._sharing.is_alone:
                self._reload(now)
            yield

    def _reload(self, now: datetime) -> None:
        self.board.load(now)
        self._silences = None
        self._loaded = True

    def _follow(self) -> None:
        """Show what the process that leads has written."""
        now = self._clock.now()
        with self.lock:
            self._reload(now)
        self._evaluated_at = now

    def _put_silence(self, silence: Silence, now: datetime) -> dict[str, object]:
        with self._turn(now):
            self.journal.put_silence(silence)
            self._silences = None
            self._settle([], [], self.context(), now)
        return silence_as_dict(silence, now)

    def _active(self, alert_id: str) -> Instance:
        found = self.board.find(alert_id)
        if found is None:
            stored = self.journal.find(alert_id)
            raise AlertNotFoundError(alert_id) if stored is None else AlertOverError(alert_id)
        if found.state is State.RESOLVED:
            raise AlertOverError(alert_id)
        return found

    def _apply(self, instance: Instance, now: datetime) -> dict[str, object]:
        self._settle([instance], [], self.context(), now)
        return alert_as_dict(self.board.find(instance.id) or instance)

    def _settle(self, changed: list[Instance], vanished: list[Instance], context: Context, now: datetime) -> int:
        entered = self.board.settle(
            changed, vanished, silences=self.silences(), router=self._router(context), context=context, now=now
        )
        if entered:
            self._dispatcher.wake()
        return entered

    def _router(self, context: Context) -> Router:
        return Router(context.catalog, self._config)

    def _channels(self) -> dict[str, Channel]:
        return dict(self._router(self.context()).channels)

    def _prune(self, now: datetime) -> None:
        if self._pruned_at is None or now - self._pruned_at >= _PRUNE_EVERY:
            self.journal.prune(now, self._config.history_days)
            self._silences = None
            self._pruned_at = now

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                if not self._sharing.leads():
                    self._follow()
                elif self._config.enabled:
                    self.tick()
            except (SQLAlchemyError, WaylineError) as error:
                self._trouble = f"the last round failed: {type(error).__name__}"
                log.exception("a round of evaluation failed")
            self._stopping.wait(self._rounds.pause_s)

    def _evaluation_health(self) -> Health:
        name = "alert rules"
        if not self._config.enabled:
            return Health(name, ok=True, detail="switched off")
        if self._thread is not None and not self._thread.is_alive():
            return Health(name, ok=False, detail="the thread has ended")
        if self._evaluated_at is None:
            return Health(name, ok=self._thread is not None, detail="not evaluated yet")
        age_s = (self._clock.now() - self._evaluated_at).total_seconds()
        if age_s > max(_WATCHDOG_S, 5 * self._config.interval_s):
            return Health(name, ok=False, detail=f"last evaluated {age_s:.0f} s ago")
        return Health(name, ok=not self._trouble, detail=self._trouble or f"last evaluated {age_s:.1f} s ago")

    def _delivery_health(self) -> Health:
        name = "notifications"
        try:
            count, oldest = self._outbox.backlog()
            failed = self._outbox.failed_since(self._clock.now() - timedelta(hours=1))
        except SQLAlchemyError as error:
            return Health(name, ok=False, detail=f"the outbox cannot be read: {type(error).__name__}")
        waiting = self._clock.now() - oldest if oldest else timedelta()
        detail = f"{count} on their way, {failed} given up within an hour"
        return Health(name, ok=waiting < _SLOW_DELIVERY and not failed, detail=detail)
