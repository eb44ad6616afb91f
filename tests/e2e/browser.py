"""A headless Chromium that keeps to itself: no first run, no background traffic, a profile of its own."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

CHROMIUM = "chromium"
DRIVER = "chromedriver"
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
)


def browser_missing() -> str:
    """Return why there can be no browser here, or an empty text."""
    missing = [name for name in (CHROMIUM, DRIVER) if shutil.which(name) is None]
    return f"needs {' and '.join(missing)} on the path" if missing else ""


@contextmanager
def open_browser(width: int = 1440, height: int = 900, *, dark: bool = False) -> Iterator[webdriver.Chrome]:
    """Yield a browser whose window is *width* by *height* CSS pixels and whose system theme is light or dark."""
    with tempfile.TemporaryDirectory(prefix="wayline-browser-") as profile:
        options = Options()
        options.binary_location = shutil.which(CHROMIUM) or CHROMIUM
        for flag in (*FLAGS, f"--user-data-dir={profile}", f"--window-size={width},{height}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        driver = webdriver.Chrome(options=options, service=Service(shutil.which(DRIVER)))
        try:
            theme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
            driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [theme]})
            set_size(driver, width, height)
            yield driver
        finally:
            driver.quit()


def set_size(driver: webdriver.Chrome, width: int, height: int) -> None:
    """Set the size of the page itself; a window cannot be narrower than some hundred pixels."""
    metrics: dict[str, Any] = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def console_errors(driver: webdriver.Chrome) -> list[str]:
    """Return what the page wrote to the console as an error or a warning since the last call."""
    return [entry["message"] for entry in driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]


def wait_until(driver: webdriver.Chrome, script: str, timeout_s: float = 15.0) -> Any:
    """Return what the JavaScript expression *script* gives once that is true."""
    return WebDriverWait(driver, timeout_s, poll_frequency=0.05).until(
        lambda _: driver.execute_script(f"return {script}")
    )


def open_page(driver: webdriver.Chrome, address: str) -> None:
    """Open *address* and wait until its page is drawn and its figures too."""
    driver.get(address)
    wait_until(driver, "!!document.querySelector('#page #page-title')")
    wait_until(
        driver,
        "document.querySelectorAll('.graph').length === document.querySelectorAll('.graph .main-svg .legend').length",
    )


def requested_hosts(driver: webdriver.Chrome) -> set[str]:
    """Return host and port of everything the browser asked for since the last call."""
    hosts = set()
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            parts = urlsplit(message["params"]["request"]["url"])
            if parts.scheme in ("http", "https", "ws", "wss"):
                hosts.add(parts.netloc)
    return hosts
