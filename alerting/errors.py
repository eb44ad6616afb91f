"""What people may ask of alerts that cannot be done."""

from core.errors import PermanentError


class AlertNotFoundError(PermanentError):
    """There is no alert of that id or fingerprint; the API answers 404."""

    def __init__(self, alert_id: str) -> None:
        super().__init__(f"there is no alert {alert_id!r}", remedy="GET /api/v1/alerts lists those that exist")


class AlertOverError(PermanentError):
    """The alert is resolved already; the API answers 409."""

    def __init__(self, alert_id: str) -> None:
        super().__init__(f"alert {alert_id!r} is resolved already")


class SilenceNotFoundError(PermanentError):
    """There is no silence of that id; the API answers 404."""

    def __init__(self, silence_id: str) -> None:
        super().__init__(f"there is no silence {silence_id!r}", remedy="GET /api/v1/silences lists those that exist")


class SilenceError(PermanentError):
    """The silence makes no sense; the API answers 400."""


class RuleNotFoundError(PermanentError):
    """There is no rule of that name; the API answers 404."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(f"there is no rule {name!r}", remedy=f"rules in force: {', '.join(known) or 'none'}")


class NotBacktestableError(PermanentError):
    """The kind of the rule leaves no history to be tested on; the API answers 400."""
