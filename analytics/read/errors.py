"""Questions that cannot be answered as they were put."""

from core.errors import PermanentError


class InvalidQueryError(PermanentError):
    """
    A parameter is wrong; the API answers 400.

    Args:
        parameter: Name of the parameter as the caller knows it.
        message: What is wrong with it.
        remedy: What to send instead.
    """

    def __init__(self, parameter: str, message: str, *, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.parameter = parameter


class NotFoundError(PermanentError):
    """
    Nothing has that name; the API answers 404.

    Args:
        what: Kind of thing, e.g. ``flow``.
        name: The name asked for.
    """

    def __init__(self, what: str, name: str) -> None:
        super().__init__(f"there is no {what} {name!r}")
        self.what = what
        self.name = name
