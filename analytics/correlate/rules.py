"""
The catalog as extraction and assembly need it: attribute names as codes, identifier types and flows as arrays.

Pure: catalog in, `Rules` out. Codes are internal to one tick; what is stored carries names.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from core.units import Duration
from runbooks.catalogs import Catalog
from runbooks.flows import Flow, Identifier

DEFAULT_GAP_S = 30 * 86_400
MESSAGE_ID = "message_id"
CORRELATION = "correlation"
EXPLICIT_PREFIX = "wayline.identifier."
"""``wayline.identifier.<type>`` carries an identifier of that type whatever the catalog names."""
UNDECLARED_CODE = 900
_CONVENTION_STRIDE = 50
_PEER_NAMES = ("peer.service", "server.address", "messaging.destination.name", "messaging.system")
_PARENT_TYPE_NAMES = ("business.parent_type",)

_CONVENTIONS = ("flow", "milestone", "outcome", "system", "parent", "parent_type", "peer")


def convention_codes(convention: str) -> tuple[int, int]:
    """Return the half-open range of codes of the attribute names of *convention*; the smaller code wins."""
    first = 1_000 + _CONVENTIONS.index(convention) * _CONVENTION_STRIDE
    return first, first + _CONVENTION_STRIDE


@dataclass(frozen=True)
class Rules:
    """
    What extraction has to know of a catalog.

    Attributes:
        catalog: The catalog they were made from.
        names, codes: Attribute name -> code: identifier type (its place in *types*, from 1) or convention.
        types: Identifier types; *roles*, *gaps_s* and *limits* go with them.
    """

    catalog: Catalog
    names: list[str]
    codes: list[int]
    types: list[Identifier]
    gaps_s: list[int]

    @property
    def type_names(self) -> list[str]:
        """Names of the identifier types, in the order of their codes."""
        return [identifier.name for identifier in self.types]

    @property
    def roles(self) -> list[str]:
        """Roles of the identifier types, in the order of their codes."""
        return [identifier.role for identifier in self.types]

    @cached_property
    def limits(self) -> dict[str, int]:
        """Identifier type -> how many separate transactions one value may join."""
        return {identifier.name: identifier.max_transactions for identifier in self.types}

    def code_of(self, type_name: str) -> int:
        """Return the code of an identifier type, 0 when there is none of this name."""
        names = self.type_names
        return names.index(type_name) + 1 if type_name in names else 0

    @cached_property
    def flow_gaps_s(self) -> dict[str, int]:
        """Flow -> gap in seconds beyond which a value is taken as reused."""
        return {flow.name: max(1, round(flow.max_duration.seconds)) for flow in self.catalog.flows.values()}

    @cached_property
    def signature_keys(self) -> tuple[str, ...]:
        """Attribute keys that patterns of systems, flows and milestones ask for, besides those always known."""
        known = {"service.name", "system", "business.flow", "business.milestone"}
        asked: dict[str, None] = {}
        for match in _matches(self.catalog):
            asked.update(dict.fromkeys(match))
        known.update(self.catalog.attributes.flow, self.catalog.attributes.milestone)
        return tuple(key for key in asked if key not in known)


def _matches(catalog: Catalog) -> Iterable[Iterable[str]]:
    for system in catalog.systems.values():
        yield system.patterns
    for source in catalog.sources.values():
        yield source.match
    for flow in catalog.flows.values():
        yield flow.match
        for milestone in flow.milestones:
            yield milestone.match


def compile_rules(catalog: Catalog) -> Rules:
    """Return the rules of *catalog*; an attribute name that two entries claim belongs to the first."""
    types = list(catalog.identifiers.values())
    found: dict[str, int] = {}
    for code, identifier in enumerate(types, start=1):
        for name in (*identifier.attributes, f"{EXPLICIT_PREFIX}{identifier.name}"):
            found.setdefault(name, code)
            found.setdefault(f"baggage.{name}", code)
    conventions = catalog.attributes
    named = {
        "flow": conventions.flow,
        "milestone": conventions.milestone,
        "outcome": conventions.outcome,
        "system": conventions.system,
        "parent": conventions.parent,
        "parent_type": _PARENT_TYPE_NAMES,
        "peer": _PEER_NAMES,
    }
    for convention, names in named.items():
        first, _ = convention_codes(convention)
        for rank, name in enumerate(names):
            found.setdefault(name, first + rank)
    return Rules(
        catalog=catalog,
        names=list(found),
        codes=list(found.values()),
        types=types,
        gaps_s=[_gap_s(identifier.name, catalog.flows.values()) for identifier in types],
    )


def _gap_s(type_name: str, flows: Iterable[Flow]) -> int:
    durations: list[Duration] = [flow.max_duration for flow in flows if type_name in flow.identifiers]
    return max((max(1, round(duration.seconds)) for duration in durations), default=DEFAULT_GAP_S)
