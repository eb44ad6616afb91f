"""One runbook: Markdown with YAML front matter."""

import datetime as dt
import re
from pathlib import Path

from pydantic import Field

from runbooks.fields import CatalogModel, Text, Words

HEADINGS = (
    "Meaning",
    "Impact",
    "First 5 minutes",
    "Diagnosis",
    "Mitigation",
    "Verify",
    "Escalate",
    "Known causes",
)
"""Headings every runbook has, in this order."""

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(?P<yaml>.*?)^---[ \t]*\r?$\n?", re.DOTALL | re.MULTILINE)
_FENCE = re.compile(r"^(```|~~~).*?^\1[ \t]*$", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#{1,3}[ \t]+(?P<text>.+?)[ \t]*#*$", re.MULTILINE)


class RunbookStep(CatalogModel):
    """
    A step somebody can start elsewhere.

    Attributes:
        mutates: Whether it changes anything; only looking is safe to repeat.
        approval: Who may approve it.
        job: Where it runs, e.g. ``rundeck:po-replay``.
    """

    id: str
    title: str = ""
    kind: str = "diagnose"
    mutates: bool = False
    approval: str = ""
    job: str = ""
    idempotent: bool = False


class Runbook(CatalogModel):
    """
    What to do when something is wrong.

    Attributes:
        id: Name of the file without ``.md``, last part of its URL; ``runbook`` in the front matter.
        alerts: Alerts, or flow and failure class, it answers.
        body: Markdown below the front matter, with ``{{ … }}`` templates.
        body_line: Line of the file on which the body begins.
    """

    id: str = Field(alias="runbook")
    title: str
    description: str = ""
    alerts: Words = ()
    flow: str = ""
    tier: int | None = None
    owner: str = ""
    escalation: str = ""
    systems: Words = ()
    last_reviewed: dt.date | None = None
    last_drilled: dt.date | None = None
    review_trigger: Words = ()
    steps: tuple[RunbookStep, ...] = ()
    tags: tuple[Text, ...] = ()
    body: str = ""
    body_line: int = 1

    @property
    def headings(self) -> tuple[str, ...]:
        """Headings of the first three levels, in order."""
        return tuple(match["text"] for match in _HEADING.finditer(_FENCE.sub("", self.body)))


def split_front_matter(text: str) -> tuple[str, str, int]:
    """Return front matter, body, and the line on which the body begins; no front matter is empty text."""
    match = _FRONT_MATTER.match(text)
    if not match:
        return "", text, 1
    return match["yaml"], text[match.end() :], text.count("\n", 0, match.end()) + 1


def runbook_id(path: Path) -> str:
    """Return the id of the runbook at *path*."""
    return path.stem
