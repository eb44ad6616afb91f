"""What a page is given and what it gives back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Protocol

from dashboards.config import DashboardsConfig
from dashboards.urlstate import PageState, TimeRange


class PageReader(Protocol):
    """The part of `analytics.read.Reader` that pages call."""

    def overview(self, since: datetime, until: datetime) -> list[dict[str, Any]]: ...
    def flow(self, name: str, window_s: float) -> dict[str, Any]: ...
    def series(self, flow: str, since: datetime, until: datetime, bucket_s: float) -> list[dict[str, Any]]: ...
    def funnel(self, flow: str, since: datetime, until: datetime) -> list[dict[str, Any]]: ...
    def steps(self, flow: str, since: datetime, until: datetime) -> list[dict[str, Any]]: ...
    def transaction(self, text: str, type: str | None = None) -> Any: ...  # noqa: A002  # the public interface's name
    def transactions(self, wanted: Any) -> dict[str, Any]: ...
    def systems(self) -> list[dict[str, Any]]: ...
    def dependencies(self, since: datetime, until: datetime) -> list[dict[str, Any]]: ...
    def sources(self) -> list[dict[str, Any]]: ...
    def runbooks(self) -> list[dict[str, Any]]: ...
    def runbook(self, runbook_id: str, tx_id: str | None = None) -> dict[str, Any]: ...
    def stats(self) -> dict[str, Any]: ...


class AlertReads(Protocol):
    """The part of the alert service's read side that pages call."""

    def open_alerts(self) -> Sequence[dict[str, Any]]: ...


class AlertActions(Protocol):
    """The part of `alerting.service.AlertService` that pages call."""

    @property
    def read(self) -> Any: ...
    def ack(self, alert_id: str, *, by: str, note: str = "") -> Any: ...


@dataclass(frozen=True)
class PageContext:
    """
    Everything a page draws from.

    Attributes:
        reader: Transactions, flows, systems, runbooks.
        alerts: The alert service.
        state: The address, understood.
        now: Time of drawing, aware.
        config: Settings of the pages.
        endpoints: Where telemetry is sent, as (name, address), for a store that has none yet.
    """

    reader: PageReader
    alerts: AlertActions
    state: PageState
    now: datetime
    config: DashboardsConfig
    endpoints: tuple[tuple[str, str], ...] = ()

    @property
    def window(self) -> TimeRange:
        """Time range in force."""
        return self.state.range

    @property
    def zone(self) -> tzinfo:
        """Zone in which times are shown."""
        return self.state.zone


@dataclass(frozen=True)
class Page:
    """
    A drawn page.

    Attributes:
        title: For the browser's tab.
        body: Components.
        section: Which entry of the navigation it belongs to.
    """

    title: str
    body: Any
    section: str = ""
