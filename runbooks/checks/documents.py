"""Runbooks are complete, fresh, used, and their templates name things that exist."""

from collections.abc import Iterator

from runbooks.catalogs import GENERIC_RUNBOOK
from runbooks.checks.subject import Subject, finding
from runbooks.findings import Finding, Severity, nearest
from runbooks.parsing import Declared
from runbooks.runbook_files import HEADINGS, Runbook, runbook_id
from runbooks.templates import FIELDS, placeholders

_DAYS_BEFORE_STALE = {1: (90, 180)}
_DAYS_BEFORE_STALE_OTHERWISE = (180, 365)


def check_documents(subject: Subject) -> Iterator[Finding]:
    """Yield findings about runbooks."""
    used = _used(subject)
    for item in subject.parsed.of_kind("Runbook"):
        runbook: Runbook = item.model
        yield from _identity(item, runbook)
        yield from _headings(item, runbook)
        yield from _freshness(subject, item, runbook)
        yield from _templates(subject, item, runbook)
        if runbook.id not in used and runbook.id != GENERIC_RUNBOOK:
            text = "no flow and no rule leads to it"
            yield finding(
                item, "unused-runbook", text, "name it in a flow, or remove it", "runbook", severity="warning"
            )


def _used(subject: Subject) -> set[str]:
    of_flows = {name for flow in subject.catalog.flows.values() for name in flow.runbooks.values()}
    of_rules = {rule.runbook for rules in subject.catalog.rule_sets.values() for rule in rules.rules}
    return of_flows | of_rules


def _identity(item: Declared, runbook: Runbook) -> Iterator[Finding]:
    expected = runbook_id(item.file)
    if runbook.id != expected:
        text = f"the file is called {expected}"
        yield finding(item, "runbook-name", text, f"write runbook: {expected}, or rename the file", "runbook")
    if not runbook.owner:
        yield finding(item, "no-owner", "nobody owns it", "add owner:", "title")


def _headings(item: Declared, runbook: Runbook) -> Iterator[Finding]:
    present = [heading for heading in runbook.headings if heading in HEADINGS]
    for heading in HEADINGS:
        if heading not in present:
            yield _body(item, 0, "no-heading", f"heading {heading!r} is missing", f"add '## {heading}'")
    expected = [heading for heading in HEADINGS if heading in present]
    if present != expected:
        text = "headings are out of order or repeated"
        yield _body(item, 0, "heading-order", text, f"order them: {', '.join(expected)}")


def _freshness(subject: Subject, item: Declared, runbook: Runbook) -> Iterator[Finding]:
    if runbook.last_reviewed is None:
        yield finding(item, "no-review", "was never reviewed", "add last_reviewed: with a date", "title")
        return
    age_days = (subject.today - runbook.last_reviewed).days
    if age_days < -1:
        text = f"last_reviewed {runbook.last_reviewed} lies in the future"
        remedy = "write the date of the review"
        yield finding(item, "bad-review", text, remedy, "last_reviewed", severity="warning")
        return
    warn, fail = _DAYS_BEFORE_STALE.get(runbook.tier or 0, _DAYS_BEFORE_STALE_OTHERWISE)
    if age_days > warn:
        text = f"was last reviewed {age_days} days ago; {warn} are allowed"
        remedy = "review it and set last_reviewed"
        severity: Severity = "error" if age_days > fail else "warning"
        yield finding(item, "stale", text, remedy, "last_reviewed", severity=severity)


def _templates(subject: Subject, item: Declared, runbook: Runbook) -> Iterator[Finding]:
    for root, key, line in placeholders(runbook.body):
        known = set(subject.catalog.identifiers) | {"trace"} if root == "id" else FIELDS.get(root)
        written = f"{{{{ {root}.{key} }}}}" if key else f"{{{{ {root} }}}}"
        if known is None:
            yield _body(item, line, "unknown-template", f"{written} is not known", nearest(root, (*FIELDS, "id")))
        elif root not in ("labels", "values") and key not in known:
            yield _body(item, line, "unknown-template", f"{written} is not known", nearest(key, known))


def _body(item: Declared, line: int, code: str, text: str, remedy: str) -> Finding:
    runbook: Runbook = item.model
    return Finding(item.file, runbook.body_line + line, code, f"Runbook {runbook.id}: {text}", remedy)
