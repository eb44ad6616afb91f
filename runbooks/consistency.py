"""Findings that make a catalog unusable though every entry is well-formed."""

from runbooks.catalogs import Catalog
from runbooks.findings import Finding, nearest
from runbooks.flows import Flow
from runbooks.parsing import Declared, Parsed


def consistency_findings(parsed: Parsed, catalog: Catalog) -> list[Finding]:
    """Return what would make transactions be judged wrongly: order of milestones, clocks, identifiers."""
    findings: list[Finding] = []
    for item in parsed.of_kind("Flow"):
        flow: Flow = item.model
        findings += _milestones(item, flow)
        findings += _calendars(item, flow, catalog)
        findings += _identifiers(item, flow, catalog)
    return findings


def _milestones(item: Declared, flow: Flow) -> list[Finding]:
    findings: list[Finding] = []
    for index, milestone in enumerate(flow.milestones):
        findings += _after(item, flow, index, milestone.after)
        for number, pause in enumerate(milestone.pause):
            for end, name in (("start", pause.start), ("end", pause.end)):
                findings += _unknown(item, flow, name, "milestones", index, "pause", number, end)
    return findings


def _after(item: Declared, flow: Flow, index: int, name: str) -> list[Finding]:
    names = [milestone.name for milestone in flow.milestones]
    if not name or name not in names:
        return _unknown(item, flow, name, "milestones", index, "after")
    if names.index(name) < index:
        return []
    where = f"flow {flow.name}: milestone {names[index]!r}"
    line = item.line_of("milestones", index, "after")
    if _leads_back(flow, names[index]):
        text = f"{where} comes after itself, by way of {name!r}"
        return [Finding(item.file, line, "milestone-cycle", text, "break the circle", blocking=True)]
    text = f"{where} comes after {name!r}, which is listed later"
    return [Finding(item.file, line, "milestone-order", text, f"list {name!r} first", blocking=True)]


def _leads_back(flow: Flow, start: str) -> bool:
    after = {milestone.name: milestone.after for milestone in flow.milestones}
    seen: set[str] = set()
    name = after[start]
    while name in after and name not in seen:
        if name == start:
            return True
        seen.add(name)
        name = after[name]
    return False


def _unknown(item: Declared, flow: Flow, name: str, *path: str | int) -> list[Finding]:
    names = [milestone.name for milestone in flow.milestones]
    if not name or name in names:
        return []
    text = f"flow {flow.name}: unknown milestone {name!r}"
    return [Finding(item.file, item.line_of(*path), "unknown-milestone", text, nearest(name, names), blocking=True)]


def _calendars(item: Declared, flow: Flow, catalog: Catalog) -> list[Finding]:
    named: list[tuple[str, tuple[str | int, ...]]] = [(flow.calendar, ("calendar",))]
    named += [
        (milestone.calendar, ("milestones", index, "calendar")) for index, milestone in enumerate(flow.milestones)
    ]
    return [
        Finding(
            item.file,
            item.line_of(*path),
            "unknown-calendar",
            f"flow {flow.name}: unknown calendar {name!r}",
            nearest(name, catalog.calendars),
            blocking=True,
        )
        for name, path in named
        if name and name not in catalog.calendars
    ]


def _identifiers(item: Declared, flow: Flow, catalog: Catalog) -> list[Finding]:
    return [
        Finding(
            item.file,
            item.line_of("identifiers", index),
            "unknown-identifier",
            f"flow {flow.name}: unknown identifier {name!r}",
            nearest(name, catalog.identifiers),
            blocking=True,
        )
        for index, name in enumerate(flow.identifiers)
        if name not in catalog.identifiers
    ]
