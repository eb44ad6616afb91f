"""From an address to a drawn page; whatever goes wrong on the way becomes a page that says what and what to do."""

from collections.abc import Callable
from typing import Any

import structlog
from dash import html

from core.errors import PermanentError, TransientError
from dashboards.components import empty, link, notice, page_head
from dashboards.context import Page, PageContext
from dashboards.pages import (
    alerts,
    exceptions,
    flow,
    overview,
    queues,
    runbooks,
    service_levels,
    systems,
    transaction,
    transactions,
)

log = structlog.get_logger("wayline.dashboards")
Draw = Callable[[PageContext], Page]

# (first segment, number of segments) -> page. A page with an argument takes everything after its first segment.
_PAGES: dict[tuple[str, int], Draw] = {
    ("", 0): overview.render,
    ("flows", 2): flow.render,
    ("transactions", 1): transactions.render,
    ("transactions", 2): transaction.render,
    ("alerts", 1): alerts.render,
    ("runbooks", 1): runbooks.render_list,
    ("runbooks", 2): runbooks.render_one,
    ("exceptions", 1): exceptions.render,
    ("queues", 1): queues.render,
    ("sla", 1): service_levels.render,
    ("systems", 1): systems.render,
    ("sources", 1): systems.render,
}
PATTERNS = (
    "/flows/{rest:path}",
    "/transactions",
    "/transactions/{rest:path}",
    "/alerts",
    "/runbooks",
    "/runbooks/{rest:path}",
    "/exceptions",
    "/queues",
    "/sla",
    "/systems",
    "/sources",
)


class DrawingFailed(Exception):  # noqa: N818  # it says what happened; the page inside says the rest
    """
    A page could not be drawn.

    Args:
        page: What is shown instead when nothing is on the screen yet.
        banner: What is shown above a page that is.
    """

    def __init__(self, page: Page, banner: Any) -> None:
        super().__init__(page.title)
        self.page = page
        self.banner = banner


def page_for(segments: tuple[str, ...]) -> Draw | None:
    """Return what draws the address of these segments, or None when nothing does."""
    first = segments[0] if segments else ""
    return _PAGES.get((first, len(segments)))


def draw(context: PageContext) -> Page:
    """
    Draw the page of an address.

    Raises:
        DrawingFailed: The store did not answer, or drawing failed.
    """
    render = page_for(context.state.segments)
    if render is None:
        return not_found(context, f"There is no page at {context.state.path}")
    try:
        return render(context)
    except PermanentError as error:
        return not_found(context, error.message, error.remedy)
    except TransientError as error:
        log.warning("page_store_error", page=context.state.segments[:1], error=type(error).__name__)
        raise _failed(
            context,
            "The store did not answer.",
            str(error),
            "Wayline tries again by itself; wayline doctor says how store and spool are.",
        ) from error
    except Exception as error:
        log.exception("page_error", page=context.state.segments[:1])
        raise _failed(
            context,
            "This page could not be drawn.",
            type(error).__name__,
            "The log of the server says where. The other pages are not affected.",
        ) from error


def _failed(context: PageContext, title: str, what: str, remedy: str) -> DrawingFailed:
    details = html.Div([html.P(what, className="clip"), html.P(remedy, className="muted")])
    page = Page(title, html.Div([page_head(title), notice("bad", "What happened", details), _way_home(context)]))
    return DrawingFailed(page, notice("bad", f"{title} What is shown is older than it looks.", remedy))


def not_found(context: PageContext, what: str, remedy: str = "") -> Page:
    """Return the page for something that is not there."""
    body = html.Div([page_head(what), empty(remedy or "It may have been renamed or removed.", _way_home(context))])
    return Page("Not found", body)


def _way_home(context: PageContext) -> Any:
    return link("To the overview", context.state.link("/"), "button")
