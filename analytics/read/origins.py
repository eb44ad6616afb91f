"""Where trouble starts in a window, as the API tells it."""

from typing import Any

from analytics.origin.window import Window, suspects
from analytics.read.context import ReadContext
from analytics.read.services import system_params


def ranked_origins(context: ReadContext, window: Window) -> dict[str, Any]:
    """Return ``{"ranked": [{"system", "category", "score", "evidence"}]}``, best first, then by system name."""
    catalog = context.catalogs.current()
    begins = min(window.since, window.baseline_since)
    ends = max(window.until, window.baseline_until)
    named = system_params(context, begins, ends)
    items = []
    for suspect in suspects(context.store, window, named):
        entry = catalog.systems.get(suspect.system)
        items.append(
            {
                "system": suspect.system,
                "category": entry.category if entry else "unknown",
                "score": round(suspect.score, 6),
                "evidence": suspect.evidence,
            }
        )
    return {"ranked": items}
