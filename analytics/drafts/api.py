"""The path of drafted flows under ``/api/v1``."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from analytics.api.params import Moment, WindowText, time_range
from analytics.drafts.draft import draft_flows
from analytics.drafts.observe import observe
from core.clock import Clock
from runbooks import CatalogProvider
from storage.store import Store


def build_drafts_router(store: Store, catalog_provider: CatalogProvider, clock: Clock) -> APIRouter:
    """Return the router of drafts made of what *store* holds."""
    router = APIRouter(prefix="/api/v1", tags=["flows"])

    @router.get("/flow-drafts")
    def drafts(since: Moment = None, until: Moment = None, window: WindowText = "24h") -> JSONResponse:
        """Return a drafted catalog entry for every process among the transactions that no flow describes."""
        seen = observe(store, *time_range(since, until, window, clock.now()))
        items = [
            {"flow": draft.name, "transactions": draft.transactions, "yaml": draft.text}
            for draft in draft_flows(seen, catalog_provider.current())
        ]
        return JSONResponse({"items": items, "next_cursor": None})

    return router
