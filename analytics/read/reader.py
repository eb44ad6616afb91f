"""
Everything that can be asked about transactions, in one class: the API, the pages and the tests read through it.

Methods return plain dicts and lists that are the JSON of the public interface. They are synchronous and safe to call
from several threads.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from analytics.origin.window import Window
from analytics.predict.config import PredictConfig
from analytics.read import exceptions, flows, guidance, health, overview, processes, queues, service_levels, topology
from analytics.read.catalog import CatalogProvider
from analytics.read.context import ReadContext
from analytics.read.detail import find_transaction
from analytics.read.filters import Found, TransactionFilter
from analytics.read.forecasts import Forecaster
from analytics.read.origins import ranked_origins
from analytics.read.risks import at_risk
from analytics.read.search import EARLIEST, list_transactions
from analytics.read.variants import Repeats
from analytics.sla.verdicts import Knowledge
from core.clock import Clock
from storage.store import Store

Json = dict[str, Any]


class Reader:
    """
    Reads transactions, flows, service levels, systems and runbooks.

    Args:
        store: The engine.
        catalog_provider: Gives the catalog in force.
        clock: Gives the present.
        predictions: Settings of predictions.
        pseudonyms: Gives what a text a person types may have been replaced by before it was stored.
    """

    def __init__(
        self,
        store: Store,
        catalog_provider: CatalogProvider,
        clock: Clock,
        predictions: PredictConfig | None = None,
        pseudonyms: Callable[[str], Sequence[str]] = lambda _: (),
    ) -> None:
        self.clock = clock
        self._context = ReadContext(store, catalog_provider, clock, pseudonyms)
        self._forecaster = Forecaster(self._context, predictions)

    def transaction(self, identifier: str, type: str | None = None) -> Found:  # noqa: A002  # the name of the parameter in the API
        """Return the transaction holding *identifier* in detail, several as a list, or what was searched."""
        return find_transaction(self._context, identifier, type, self._forecaster.of_transaction)

    def transactions(self, wanted: TransactionFilter) -> Json:
        """Return one page of summaries as ``{"items", "next_cursor"}``."""
        only = [risk.transaction_id for risk in self._forecaster.at_risk(wanted.flow)] if wanted.at_risk else None
        return list_transactions(self._context, wanted, only)

    def at_risk(self, flow: str = "") -> Json:
        """Return the open transactions that will probably miss their deadline, and how many of each flow."""
        return at_risk(self._forecaster, flow)

    def flows(self, window_s: float) -> list[Json]:
        """Return every flow with its figures over the last *window_s* seconds."""
        since, until = self._last(window_s)
        return flows.list_flows(self._context, since, until)

    def flow(self, name: str, window_s: float) -> Json:
        """Return one flow: catalog entry, figures over the last *window_s* seconds, funnel and steps."""
        since, until = self._last(window_s)
        return flows.show_flow(self._context, name, since, until)

    def series(self, flow: str, since: datetime, until: datetime, bucket_s: float) -> list[Json]:
        """Return the figures of a flow (``*`` for all) per bucket of *bucket_s* seconds."""
        return flows.series(self._context, flow, since, until, bucket_s)

    def overview(self, since: datetime, until: datetime) -> list[Json]:
        """Return every flow with its figures and a sparkline, most important tier first."""
        return overview.overview(self._context, since, until)

    def funnel(self, flow: str, since: datetime, until: datetime) -> list[Json]:
        """Return per milestone how many transactions reached, failed, await or miss it."""
        return flows.funnel(self._context, flow, since, until)

    def steps(self, flow: str, since: datetime, until: datetime) -> list[Json]:
        """Return the failing and slow steps of a flow."""
        return flows.steps(self._context, flow, since, until)

    def latency(self, flow: str, since: datetime, until: datetime, origin: str = "", target: str = "") -> list[Json]:
        """Return the distribution of the time between neighbouring milestones, or from *origin* to *target*."""
        return processes.latency(self._context, flow, since, until, origin, target)

    def rework(self, flow: str, since: datetime, until: datetime) -> Json:
        """Return the milestones that were passed more than once, and the steps back."""
        return processes.rework(self._context, flow, since, until)

    def variants(
        self,
        flow: str,
        since: datetime,
        until: datetime,
        limit: int = 20,
        repeats: Repeats = "collapse",
        include_open: bool = False,
    ) -> Json:
        """Return the ways through a flow, the commonest first."""
        return processes.variants(
            self._context, flow, since, until, limit=limit, repeats=repeats, include_open=include_open
        )

    def sla(self, since: datetime, until: datetime, as_: Knowledge = "corrected") -> Json:
        """Return objectives, achievement, budget and breaches per tier and per flow."""
        return service_levels.service_levels(self._context, since, until, as_)

    def systems(self) -> list[Json]:
        """Return the systems with their last 24 hours."""
        return topology.systems(self._context)

    def dependencies(self, since: datetime, until: datetime) -> Json:
        """Return the graph of systems as ``{"nodes", "edges"}``."""
        return topology.dependencies(self._context, since, until)

    def sources(self) -> list[Json]:
        """Return the sources with watermark, lag and last error."""
        return health.sources(self._context)

    def queues(self, since: datetime, until: datetime) -> list[Json]:
        """Return the queues with what waits in them."""
        return queues.queues(self._context, since, until)

    def exceptions(self, since: datetime, until: datetime, flow: str = "", limit: int = 100) -> list[Json]:
        """Return failed transactions grouped by what their failure looks like."""
        return exceptions.exceptions(self._context, since, until, flow, limit)

    def exceptions_page(self, since: datetime, until: datetime, flow: str, limit: int, cursor: str) -> Json:
        """Return one page of the same groups, with the cursor of the next."""
        return exceptions.exceptions_page(self._context, since, until, flow, limit, cursor)

    def exception(self, exception_id: str) -> Json:
        """Return one group of failures of the last 90 days."""
        return exceptions.exception_group(self._context, exception_id)

    def origins(
        self,
        since: datetime,
        until: datetime,
        baseline_since: datetime | None = None,
        baseline_until: datetime | None = None,
        flow: str = "",
    ) -> Json:
        """Return where trouble starts in [since, until) against a baseline, by default the day before it."""
        ends = baseline_until or since
        begins = baseline_since or max(ends - timedelta(days=1), EARLIEST)
        return ranked_origins(self._context, Window(since, until, begins, ends, flow))

    def runbooks(self) -> list[Json]:
        """Return every runbook with the flows that name it."""
        return guidance.list_runbooks(self._context)

    def runbook(self, runbook_id: str, tx_id: str | None = None) -> Json:
        """Return a runbook, filled with the values of transaction *tx_id* (any identifier) when given."""
        return guidance.show_runbook(self._context, runbook_id, tx_id)

    def notices(self) -> list[Json]:
        """Return open notices: a broken catalog, quarantined values, blind sources."""
        return health.notices(self._context)

    def stats(self) -> Json:
        """Return rows, bytes, spool depth, ledger watermark and tick duration."""
        return health.stats(self._context)

    def _last(self, window_s: float) -> tuple[datetime, datetime]:
        now = self.clock.now()
        return now - timedelta(seconds=window_s), now
