"""``wayline doctor``: environment, catalog, store and spool, looked at without a running server."""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import httpx

from core.component import Health
from core.errors import WaylineError
from runbooks import lint
from wayline.cli.connection import TOKEN_VARIABLE, connect_own, is_untrusted
from wayline.settings import Settings

LOW_DISK_BYTES = 2 * 2**30
MINIMUM_PYTHON = (3, 11)
_UNTRUSTED = Health(
    "server", ok=False, detail="not asked: its certificate is not trusted here; name its authority in SSL_CERT_FILE"
)


def examine(settings: Settings) -> list[Health]:
    """
    Return one finding for each thing looked at, in reading order.

    Spool, store and sources are those of the running server where one answers; else what lies on disk is looked at.
    """
    return [
        Health("python", sys.version_info >= MINIMUM_PYTHON, sys.version.split()[0]),
        _examine_disk(settings.server.data),
        _examine_catalog(settings),
        *(_ask_server(settings) or _examine_folder(settings)),
    ]


def _examine_folder(settings: Settings) -> list[Health]:
    server = Health("server", ok=True, detail=f"not running on port {settings.server.port}")
    return [server, _examine_spool(settings.server.data), _examine_store(settings)]


def _examine_disk(data: Path) -> Health:
    folder = next(parent for parent in (data.resolve(), *data.resolve().parents) if parent.exists())
    free = shutil.disk_usage(folder).free
    writable = os.access(folder, os.W_OK)
    return Health("disk", writable and free > LOW_DISK_BYTES, f"{free / 2**30:.1f} GiB free, writable: {writable}")


def _examine_catalog(settings: Settings) -> Health:
    errors = [finding for finding in lint(settings.catalog.dirs or None) if finding.severity == "error"]
    return Health("catalog", not errors, str(errors[0]) if errors else "sound")


def _ask_server(settings: Settings) -> list[Health]:
    """Return what the server of *settings* says about itself; nothing when none answers."""
    try:
        with connect_own(settings.server.host, settings.server.port, settings.server.tls) as client:
            ready = client.get("/readyz")
            sources = client.get("/api/v1/sources")
    except httpx.HTTPError as error:
        return [_UNTRUSTED] if is_untrusted(error) else []
    found = Health("server", ready.status_code == httpx.codes.OK, f"running, /readyz answered {ready.status_code}")
    try:
        return [found, *_components(ready), *_sources(sources)]
    except (ValueError, KeyError, TypeError):
        return [Health("server", ok=False, detail=f"what answers on port {settings.server.port} is not Wayline")]


def _components(ready: httpx.Response) -> list[Health]:
    return [Health(part["name"], part["ok"], part["detail"]) for part in ready.json()["components"]]


def _sources(answer: httpx.Response) -> list[Health]:
    if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return [Health("sources", ok=True, detail=f"not asked: give a token in {TOKEN_VARIABLE}")]
    if answer.status_code != httpx.codes.OK:
        return [Health("sources", ok=False, detail=f"/api/v1/sources answered {answer.status_code}")]
    return [_source(item) for item in answer.json()["items"]]


def _source(item: dict[str, Any]) -> Health:
    name = f"source {item['source']}"
    if item["last_error"]:
        return Health(name, ok=False, detail=item["last_error"])
    if item["blind"]:
        return Health(name, ok=False, detail=f"silent since {item['blind_since']}")
    return Health(name, ok=True, detail=f"last heard {item['last_received_at'] or 'never'}")


def _examine_spool(data: Path) -> Health:
    segments = [path for path in (data / "spool").glob("**/*") if path.is_file()] if data.exists() else []
    size = sum(path.stat().st_size for path in segments)
    return Health("spool", ok=True, detail=f"{len(segments)} files, {size / 2**20:.1f} MiB on disk")


def _examine_store(settings: Settings) -> Health:
    from storage.errors import NO_SUCH_DATABASE, FolderInUseError, StoreError  # noqa: PLC0415
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
    except FolderInUseError:
        return Health("store", ok=True, detail="in use by a Wayline that listens elsewhere: give --port")
    except WaylineError as error:
        return Health("store", ok=False, detail=str(error))
    return Health("store", not pending, f"{len(pending)} migrations pending" if pending else "schema is up to date")
