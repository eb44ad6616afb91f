"""
Takes messages out of the outbox to their channels; the only place of alerting that retries.

Each receiver has its own share of the workers, so that one that hangs does not hold up the others.
"""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import structlog
from sqlalchemy.exc import SQLAlchemyError

from alerting.channels import LogSender, OutcomeUnknownError, Sender, WebhookSender
from alerting.config import AlertingConfig
from alerting.outbox import Claimed, Outbox, OutboxState
from core.clock import Clock
from core.errors import PermanentError, TransientError
from core.faults import fault_point
from core.selfmetrics import NOTIFICATIONS
from runbooks.models import Channel

_WORKERS = 16
_WORKERS_PER_RECEIVER = 4
_POLL_S = 0.25

log = structlog.get_logger("wayline.alerting")


class Dispatcher:
    """
    Sends what is due, in threads of its own.

    Args:
        outbox: Messages.
        channels: Returns the channels in force, by name.
        clock: Source of time.
        config: Waits between attempts.
    """

    def __init__(
        self,
        outbox: Outbox,
        channels: Callable[[], Mapping[str, Channel]],
        clock: Clock,
        config: AlertingConfig,
    ) -> None:
        self._outbox = outbox
        self._channels = channels
        self._clock = clock
        self._config = config
        self._webhook = WebhookSender(config)
        self._senders: dict[str, Sender] = {"log": LogSender(), "webhook": self._webhook}
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._under_way: Counter[str] = Counter()
        self._pool: ThreadPoolExecutor | None = None
        self._thread: threading.Thread | None = None

    @property
    def alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Begin to send."""
        self._stopping.clear()
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="notify")
        self._thread = threading.Thread(target=self._run, name="alert-outbox", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Finish what is under way within *timeout_s*; what waits stays in the outbox."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout_s)
        if self._pool is not None:
            self._pool.shutdown(wait=timeout_s > 0, cancel_futures=False)
        self._webhook.close()

    def wake(self) -> None:
        """Look at the outbox now."""
        self._wake.set()

    def deliver_due(self) -> int:
        """Send what is due in the calling thread, until nothing is; return how many attempts were made."""
        attempts = 0
        while claimed := self._outbox.claim(self._clock.now(), limit=_WORKERS):
            for message in claimed:
                self._deliver(message)
            attempts += len(claimed)
        return attempts

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                self._hand_out()
            except SQLAlchemyError as error:
                log.error("the outbox cannot be read", error=type(error).__name__)  # noqa: TRY400  # every poll; no traceback
            self._wake.wait(_POLL_S)

    def _hand_out(self) -> None:
        now = self._clock.now()
        self._outbox.reclaim(now)
        with self._lock:
            free = _WORKERS - self._under_way.total()
            busy = frozenset(name for name, count in self._under_way.items() if count >= _WORKERS_PER_RECEIVER)
        if free <= 0 or self._pool is None:
            return
        for message in self._outbox.claim(now, limit=min(free, _WORKERS_PER_RECEIVER), busy=busy):
            with self._lock:
                self._under_way[message.receiver] += 1
            self._pool.submit(self._work, message)

    def _work(self, message: Claimed) -> None:
        try:
            self._deliver(message)
        except Exception:  # the edge of a thread: nobody else would say it
            # The lease runs out, the outcome counts as unknown, and the message is sent again.
            log.exception("the outcome of a notification cannot be recorded", channel=message.receiver)
        finally:
            with self._lock:
                self._under_way[message.receiver] -= 1
            self._wake.set()

    def _deliver(self, message: Claimed) -> None:
        fault_point("alert.claimed")
        channel = self._channels().get(message.receiver)
        if channel is None:
            self._outbox.finish(message, OutboxState.FAILED, self._clock.now(), "the channel is gone")
            return
        try:
            self._senders[channel.type].send(channel, message.payload)
        except OutcomeUnknownError as error:
            self._retry(message, channel, error, OutboxState.UNKNOWN)
        except TransientError as error:
            self._retry(message, channel, error, OutboxState.PENDING)
        except PermanentError as error:
            self._give_up(message, channel, error)
        else:
            fault_point("alert.delivered")
            self._outbox.finish(message, OutboxState.SENT, self._clock.now())
            fault_point("alert.finished")
            NOTIFICATIONS.labels(channel.type, "sent").inc()

    def _retry(self, message: Claimed, channel: Channel, error: TransientError, state: OutboxState) -> None:
        now = self._clock.now()
        if (now - message.created_at).total_seconds() > self._config.give_up_after_s:
            self._give_up(message, channel, error)
            return
        backoff_s = min(self._config.retry_base_s * 2 ** min(message.attempt - 1, 30), self._config.retry_max_s)
        self._outbox.postpone(message, now, delay_s=max(error.retry_after_s, backoff_s), state=state, error=str(error))
        NOTIFICATIONS.labels(channel.type, "retry").inc()
        log.warning("notification postponed", channel=channel.name, attempt=message.attempt, error=error.message)

    def _give_up(self, message: Claimed, channel: Channel, error: PermanentError | TransientError) -> None:
        self._outbox.finish(message, OutboxState.FAILED, self._clock.now(), str(error))
        NOTIFICATIONS.labels(channel.type, "failed").inc()
        log.error("notification given up", channel=channel.name, attempt=message.attempt, error=error.message)
