"""A first catalog entry for an integration nobody has described yet, made of what was seen of it."""

from analytics.drafts.draft import Draft, draft_flows
from analytics.drafts.observe import observe

__all__ = ["Draft", "draft_flows", "observe"]
