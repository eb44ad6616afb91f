"""The systems of the estate as services that send telemetry, read from the catalog."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import ConfigError
from runbooks.models import Flow, Identifier, Source, System


@dataclass(frozen=True, slots=True)
class Service:
    """
    One process that sends telemetry.

    Attributes:
        name: ``service.name``.
        system: Catalog system it belongs to.
        category: Category of that system.
    """

    name: str
    system: str
    category: str


def service_name(system: System) -> str:
    """Return the first service name of *system*'s match that is no pattern, else its own name."""
    names = system.patterns.get("service.name", ())
    return next((name for name in names if "*" not in name), system.name)


class Landscape:
    """
    Systems, identifiers, flows and sources of one catalog, by name.

    Args:
        systems: Catalog systems by name.
        identifiers: Catalog identifier types by name.
        flows: Catalog flows by name.
        sources: Catalog sources by name.
    """

    def __init__(
        self,
        systems: Mapping[str, System],
        identifiers: Mapping[str, Identifier],
        flows: Mapping[str, Flow],
        sources: Mapping[str, Source],
    ) -> None:
        self.services = {name: Service(service_name(system), name, system.category) for name, system in systems.items()}
        self.identifiers = dict(identifiers)
        self.flows = dict(flows)
        self.sources = dict(sources)

    def service(self, system: str) -> Service:
        """
        Return the service of a catalog system.

        Raises:
            ConfigError: The catalog has no such system.
        """
        found = self.services.get(system)
        if found is None:
            raise ConfigError(
                f"the estate needs a system {system!r} that the catalog does not declare",
                remedy="simulate with the catalog Wayline ships, or declare the system",
            )
        return found

    def attribute_names(self, identifier: str) -> tuple[str, ...]:
        """Return the attribute names under which telemetry may carry *identifier*."""
        declared = self.identifiers.get(identifier)
        if declared is None or not declared.attributes:
            return (identifier,)
        return declared.attributes
