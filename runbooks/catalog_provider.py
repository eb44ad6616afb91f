"""The catalog in force: reloaded when its files change, kept when they break."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.clock import Clock
from runbooks.catalog_files import catalog_paths, read_files
from runbooks.catalog_loader import catalog_from_files, default_dirs
from runbooks.catalogs import Catalog
from runbooks.findings import CatalogError, Finding

_Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class CatalogNotice:
    """
    The catalog on disk is broken and an older one is in force.

    Attributes:
        since: When it was noticed.
        version_in_force: The catalog that is used meanwhile.
        findings: What is wrong.
    """

    since: datetime
    version_in_force: str
    message: str
    findings: tuple[Finding, ...]


class CatalogProvider:
    """
    Hands out the catalog in force; safe to use from any thread.

    Args:
        dirs: Catalog folders; None for the packaged one.
        clock: Dates the notices.

    Raises:
        CatalogError: There is no usable catalog to begin with.
    """

    def __init__(self, dirs: Sequence[Path] | None, clock: Clock) -> None:
        self._dirs = [Path(folder) for folder in dirs] if dirs else default_dirs()
        self._clock = clock
        self._lock = threading.Lock()
        self._stamp = self._stamp_files()
        self._current = catalog_from_files(read_files(self._dirs))
        self._notice: CatalogNotice | None = None

    def current(self) -> Catalog:
        """Return the catalog in force."""
        return self._current

    def notices(self) -> list[CatalogNotice]:
        """Return what is wrong with the catalog on disk; empty when it is the one in force."""
        notice = self._notice
        return [notice] if notice else []

    def reload_if_changed(self) -> bool:
        """
        Load the catalog anew if a file changed; return whether another one is in force now.

        Costs one `stat` per file when nothing changed. A broken catalog leaves the last good one in force.
        """
        with self._lock:
            stamp = self._stamp_files()
            if stamp == self._stamp:
                return False
            self._stamp = stamp
            try:
                catalog = catalog_from_files(read_files(self._dirs))
            except CatalogError as error:
                self._keep(error)
                return False
            self._notice = None
            changed = catalog.version != self._current.version
            if changed:
                self._current = catalog
            return changed

    def _keep(self, error: CatalogError) -> None:
        earlier = self._notice
        self._notice = CatalogNotice(
            since=earlier.since if earlier else self._clock.now(),
            version_in_force=self._current.version,
            message=error.message,
            findings=tuple(error.findings),
        )

    def _stamp_files(self) -> _Stamp:
        stamps = []
        for path, _, _ in catalog_paths(self._dirs):
            try:
                status = path.stat()
            except FileNotFoundError:
                continue
            stamps.append((str(path), status.st_mtime_ns, status.st_size))
        return tuple(stamps)
