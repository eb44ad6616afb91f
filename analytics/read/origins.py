"""Where trouble starts in a window, as the API tells it."""

from typing import Any

from analytics.origin.rank import rank_systems
from analytics.origin.window import Window, step_rows
from analytics.read.context import ReadContext


def ranked_origins(context: ReadContext, window: Window) -> dict[str, Any]:
    """Return ``{"ranked": [{"system", "category", "score", "evidence"}]}``, best first, then by system name."""
    catalog = context.catalogs.current()
    ranked = rank_systems(step_rows(context.store, window))
    items = []
    for suspect in ranked:
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
