"""What a page is given and what it gives back."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from alerting.service import AlertService
from analytics.read import Reader
from dashboards.config import DashboardsConfig
from dashboards.formats import label
from dashboards.urlstate import PageState, TimeRange
from runbooks import Catalog


@dataclass(frozen=True)
class PageContext:
    """
    Everything a page draws from.

    Attributes:
        reader: Transactions, flows, systems, runbooks.
        alerts: The alert service.
        state: The address, understood.
        catalog: The catalog in force.
        now: Time of drawing, aware.
        config: Settings of the pages.
        endpoints: Where telemetry is sent, as (name, address), for a store that has none yet.
        catalog_problem: Why the catalog on disk is not the one in force; empty when it is.
    """

    reader: Reader
    alerts: AlertService
    state: PageState
    catalog: Catalog
    now: datetime
    config: DashboardsConfig
    endpoints: tuple[tuple[str, str], ...] = ()
    catalog_problem: str = ""

    @property
    def window(self) -> TimeRange:
        """Time range in force."""
        return self.state.range

    @property
    def zone(self) -> tzinfo:
        """Zone in which times are shown."""
        return self.state.zone

    def flow_title(self, name: str) -> str:
        """Return what people call a flow: its title in the catalog, else its name as words."""
        flow = self.catalog.flows.get(name)
        return flow.label if flow else label(name)


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
