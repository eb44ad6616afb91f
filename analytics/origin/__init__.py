"""Where trouble starts: in one transaction, with evidence and time accounting, and over a window of time."""

from analytics.origin.locate import locate

__all__ = ["locate"]
