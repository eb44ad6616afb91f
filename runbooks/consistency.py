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
        findings += _after(item, flow)
        findings += _calendars(item, flow, catalog)
        findings += _identifiers(item, flow, catalog)
    return findings


def _after(item: Declared, flow: Flow) -> list[Finding]:
    findings: list[Finding] = []
    names = [milestone.name for milestone in flow.milestones]
    for index, milestone in enumerate(flow.milestones):
        for name, path in (
            (milestone.after, ("after",)),
            *(
                (name, ("pause", number, end))
                for number, pause in enumerate(milestone.pause)
                for end, name in (("start", pause.start), ("end", pause.end))
            ),
        ):
            line = item.line_of("milestones", index, *path)
            if name and name not in names:
                text = f"flow {flow.name}: milestone {milestone.name!r}: {path[0]} names unknown milestone {name!r}"
                findings.append(
                    Finding(item.file, line, "unknown-milestone", text, nearest(name, names), blocking=True)
                )
            elif path[0] == "after" and name and names.index(name) >= index:
                text = f"flow {flow.name}: milestone {milestone.name!r} comes after {name!r}, which is listed later"
                findings.append(
                    Finding(item.file, line, "milestone-order", text, f"list {name!r} first", blocking=True)
                )
    return findings


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
