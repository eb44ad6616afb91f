"""
Pattern matching once per distinct signature: which system, flow and milestones a kind of observation stands for.

Millions of observations have a few hundred signatures, so patterns are matched here and the engine only looks the
answer up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analytics.correlate.rules import Rules
from runbooks.catalogs import Catalog
from runbooks.flows import Flow, Milestone
from runbooks.matching import matches

STEP_SEPARATOR = "\t"


@dataclass(frozen=True)
class Signature:
    """What patterns may ask of an observation; *extras* go with `Rules.signature_keys`."""

    explicit_system: str
    service: str
    flow: str
    milestone: str
    extras: tuple[str, ...] = ()


@dataclass(frozen=True)
class Meaning:
    """
    What the catalog makes of a signature.

    Attributes:
        system, category: The system; category is empty when no entry matches.
        steps: ``flow<TAB>milestone`` of every milestone this is evidence of.
        sources: The declared sources that speak by it.
    """

    system: str
    category: str
    flow: str
    milestone: str
    steps: tuple[str, ...]
    sources: tuple[str, ...] = ()


def system_of(catalog: Catalog, explicit: str, service: str, attributes: Mapping[str, str]) -> tuple[str, str]:
    """Return system and category: the one said, else the one matched, else the service of unknown category."""
    if explicit:
        known = catalog.systems.get(explicit) or catalog.system_of_service(explicit)
        return (known.name, known.category) if known else (explicit, "")
    matched = catalog.system_of(attributes) or catalog.systems.get(service)
    return (matched.name, matched.category) if matched else (service, "")


def interpret(rules: Rules, signature: Signature) -> Meaning:
    """Return what *signature* means under *rules*."""
    catalog = rules.catalog
    service = signature.service.strip("/")
    said = dict(zip(rules.signature_keys, signature.extras, strict=True))
    attributes = {key: value for key, value in said.items() if value} | {"service.name": service}
    system, category = system_of(catalog, signature.explicit_system, service, attributes)
    attributes["system"] = system
    for names, value in (
        (catalog.attributes.flow, signature.flow),
        (catalog.attributes.milestone, signature.milestone),
    ):
        if value:
            attributes.update(dict.fromkeys(names, value))
    if signature.flow:
        attributes["business.flow"] = signature.flow
    if signature.milestone:
        attributes["business.milestone"] = signature.milestone
    flow = signature.flow
    if not flow:
        matched = catalog.flow_of(attributes)
        flow = matched.name if matched else ""
    steps = tuple(
        f"{candidate.name}{STEP_SEPARATOR}{milestone.name}"
        for candidate in _candidates(catalog, flow)
        for milestone in candidate.milestones
        if _recognised(milestone, signature.milestone, attributes)
    )
    milestone = steps[0].partition(STEP_SEPARATOR)[2] if len(steps) == 1 else signature.milestone
    sources = tuple(source.name for source in catalog.sources.values() if source.counts(system, attributes))
    return Meaning(system, category, flow, milestone, steps, sources)


def _candidates(catalog: Catalog, flow: str) -> Sequence[Flow]:
    if not flow:
        return tuple(catalog.flows.values())
    return (catalog.flows[flow],) if flow in catalog.flows else ()


def _recognised(milestone: Milestone, said: str, attributes: Mapping[str, str]) -> bool:
    return (bool(said) and milestone.name == said) or (bool(milestone.match) and matches(milestone.match, attributes))
