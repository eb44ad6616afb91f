"""``wayline doctor``: environment, catalog, store and spool, looked at without a running server."""

import os
import shutil
import sys
from pathlib import Path

import httpx

from core.component import Health
from core.errors import WaylineError
from runbooks import lint
from wayline.settings import Settings

LOW_DISK_BYTES = 2 * 2**30
MINIMUM_PYTHON = (3, 11)


def examine(settings: Settings) -> list[Health]:
    """Return one finding for each thing looked at, in reading order."""
    server = _ask_server(settings)
    return [
        Health("python", sys.version_info >= MINIMUM_PYTHON, sys.version.split()[0]),
        _examine_disk(settings.server.data),
        _examine_catalog(settings),
        server,
        *([_examine_spool(settings.server.data)] if server.detail.startswith("not running") else []),
        *([_examine_store(settings)] if server.detail.startswith("not running") else []),
    ]


def _examine_disk(data: Path) -> Health:
    folder = next(parent for parent in (data.resolve(), *data.resolve().parents) if parent.exists())
    free = shutil.disk_usage(folder).free
    writable = os.access(folder, os.W_OK)
    return Health("disk", writable and free > LOW_DISK_BYTES, f"{free / 2**30:.1f} GiB free, writable: {writable}")


def _examine_catalog(settings: Settings) -> Health:
    errors = [finding for finding in lint(settings.catalog.dirs or None) if finding.severity == "error"]
    return Health("catalog", not errors, str(errors[0]) if errors else "sound")


def _ask_server(settings: Settings) -> Health:
    scheme = "https" if settings.server.tls.is_on else "http"
    url = f"{scheme}://{settings.server.host}:{settings.server.port}/readyz"
    try:
        # It is this machine that is asked, nothing secret is sent, and its certificate names another host.
        answer = httpx.get(url, timeout=3, verify=False)  # noqa: S501
    except httpx.HTTPError:
        return Health("server", ok=True, detail=f"not running on port {settings.server.port}")
    return Health("server", answer.status_code == httpx.codes.OK, f"running, /readyz answered {answer.status_code}")


def _examine_spool(data: Path) -> Health:
    segments = [path for path in (data / "spool").glob("**/*") if path.is_file()] if data.exists() else []
    size = sum(path.stat().st_size for path in segments)
    return Health("spool", ok=True, detail=f"{len(segments)} files, {size / 2**20:.1f} MiB on disk")


def _examine_store(settings: Settings) -> Health:
    from storage.errors import NO_SUCH_DATABASE, StoreError  # noqa: PLC0415
    from storage.migrate import pending_migrations  # noqa: PLC0415  # the engine loads only when asked
    from storage.store import open_store  # noqa: PLC0415

    if not settings.storage.url and not settings.storage.path.exists():
        return Health("store", ok=True, detail="nothing stored yet")
    try:
        store = open_store(settings.storage, create=False)
        try:
            pending = pending_migrations(store)
        finally:
            store.close()
    except StoreError as error:
        missing = error.code == NO_SUCH_DATABASE
        return Health("store", ok=missing, detail="nothing stored yet" if missing else str(error))
    except WaylineError as error:
        return Health("store", ok=False, detail=str(error))
    return Health("store", not pending, f"{len(pending)} migrations pending" if pending else "schema is up to date")
