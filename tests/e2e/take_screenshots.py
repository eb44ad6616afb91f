"""
Pictures of every page of a running Wayline, for the documents.

Run it beside ``make demo``: ``make screenshots ARGS="--url http://127.0.0.1:8080"``.
"""

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from selenium import webdriver

from tests.e2e.browser import browser_missing, open_browser, open_page, set_size
from tests.e2e.palette import with_palette

WIDE, PHONE = (1280, 820), (390, 844)
TALLEST = 940


@dataclass(frozen=True)
class Picture:
    name: str
    address: str
    size: tuple[int, int] = WIDE
    dark: bool = False


def pictures(url: str) -> list[Picture]:
    """What to show, chosen from what the server has: a failed transaction of the most important flow first."""
    with httpx.Client(base_url=f"{url}/api/v1", timeout=30) as client:
        failed = (
            first(client, {"status": "failed", "tier": 1}) or first(client, {"status": "failed"}) or first(client, {})
        )
        runbooks = client.get("/runbooks").raise_for_status().json()["items"]
    flow = (failed or {}).get("flow") or "procure_to_pay"
    shown = [
        Picture("overview", "/"),
        Picture("overview-phone", "/", PHONE),
        Picture("flow", f"/flows/{flow}?range=6h"),
        Picture("transactions", "/transactions?status=failed,stuck,completed_late"),
        Picture("alerts", "/alerts", dark=True),
        Picture("runbooks", "/runbooks"),
        Picture("systems", "/systems?range=6h", dark=True),
        Picture("sla", "/sla"),
        Picture("queues", "/queues?range=6h"),
        Picture("exceptions", "/exceptions?range=6h"),
        Picture("latency", f"/flows/{flow}?view=latency&range=6h"),
        Picture("variants", f"/flows/{flow}?view=variants&range=6h"),
    ]
    if failed:
        shown.append(Picture("transaction", failed["url"]))
    if failed and runbooks:
        shown.append(Picture("runbook", runbook_of(url, failed) or f"/runbooks/{runbooks[0]['id']}"))
    return shown


def runbook_of(url: str, transaction: dict[str, Any]) -> str | None:
    detail = (
        httpx.get(f"{url}/api/v1/transactions/{transaction['transaction_id']}", timeout=30).raise_for_status().json()
    )
    return detail["runbooks"][0]["url"] if detail["runbooks"] else None


def first(client: httpx.Client, query: dict[str, Any]) -> dict[str, Any] | None:
    items = client.get("/transactions", params=query | {"limit": 1}).raise_for_status().json()["items"]
    return items[0] if items else None


def take(driver: webdriver.Chrome, url: str, picture: Picture, folder: Path) -> Path:
    theme = {"name": "prefers-color-scheme", "value": "dark" if picture.dark else "light"}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [theme]})
    set_size(driver, *picture.size)
    open_page(driver, url + picture.address)
    width, height = picture.size
    whole = driver.execute_script("return document.documentElement.scrollHeight")
    set_size(driver, width, min(max(whole, height), TALLEST))
    time.sleep(0.6)  # Plotly draws a resized figure with a delay of its own
    path = folder / f"{picture.name}.png"
    path.write_bytes(with_palette(driver.get_screenshot_as_png()))
    return path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8080", help="address of the running server")
    parser.add_argument("--out", type=Path, default=Path("docs/screenshots"), help="folder of the pictures")
    wanted = parser.parse_args()
    reason = browser_missing()
    if reason:
        print(f"no screenshots: {reason}", file=sys.stderr)
        return 1
    url = wanted.url.rstrip("/")
    wanted.out.mkdir(parents=True, exist_ok=True)
    with open_browser(*WIDE) as driver:
        for picture in pictures(url):
            path = take(driver, url, picture, wanted.out)
            print(f"{path} {path.stat().st_size // 1024} KiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
