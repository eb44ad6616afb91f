import base64
import hashlib
import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from core.clock import FakeClock
from dashboards.app import build_dash
from dashboards.config import DashboardsConfig
from dashboards.security import content_security_policy
from tests.unit.dashboards.fakes import NOW, BusyReader, busy_alerts, shipped_catalogs


@pytest.fixture
def client():
    server = FastAPI()
    build_dash(server, BusyReader(), busy_alerts(), shipped_catalogs(), FakeClock(NOW), DashboardsConfig())

    @server.get("/api/v1/late")
    def late() -> dict[str, bool]:
        return {"late": True}

    with TestClient(server) as opened:
        yield opened


@pytest.mark.parametrize(
    "path", ["/", "/transactions", "/transactions/a%2Fb", "/flows/x", "/alerts", "/runbooks/X", "/systems"]
)
def test_every_view_has_an_address_that_can_be_opened_directly(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert "1-tokens.css" in answer.text
    assert "react-entry-point" in answer.text


def test_unknown_pages_are_pages_with_status_404(client):
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "react-entry-point" in answer.text


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/v1/traces", "/assets/none.js"])
def test_unknown_addresses_that_are_no_pages_get_no_page(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert "react-entry-point" not in answer.text


def test_posting_to_nowhere_gets_no_page(client):
    assert "react-entry-point" not in client.post("/nowhere").text


def test_routes_added_after_the_pages_still_answer(client):
    assert client.get("/api/v1/late").json() == {"late": True}


@pytest.mark.parametrize("path", ["/", "/api/v1/late", "/assets/wayline.js", "/nowhere"])
def test_every_answer_carries_the_security_headers(client, path):
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe-eval" not in headers["content-security-policy"]


def test_policy_names_the_inline_script_and_no_other(client):
    answer = client.get("/")
    inline = re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>(.*?)</script>", answer.text, re.DOTALL)
    hashes = {"'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'" for text in inline}
    policy = answer.headers["content-security-policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert hashes == set(scripts.split()[2:])


def test_nothing_is_loaded_from_another_host(client):
    page = client.get("/").text
    loaded = re.findall(r"""(?:src|href)=["']([^"']+)""", page)
    assert loaded
    assert [address for address in loaded if not address.startswith("/") or address.startswith("//")] == []
    for name in ("1-tokens.css", "2-frame.css", "3-icons.css", "4-parts.css", "5-pages.css"):
        assert re.findall(r"url\([\"']?(?:https?:)?//", client.get(f"/assets/{name}").text) == []


def test_everything_the_page_loads_is_there(client):
    loaded = re.findall(r"""(?:src|href)=["']([^"']+)""", client.get("/").text)
    assert [
        (address, client.get(address).status_code) for address in loaded if client.get(address).status_code != 200
    ] == []


def draw_over_http(client, path, search=""):
    names = (
        "page.children",
        "nav.children",
        "controls.children",
        "banner.children",
        "drawn.data",
        "metronome.interval",
        "metronome.disabled",
    )
    body = {
        "output": ".." + "...".join(names) + "..",
        "outputs": [dict(zip(("id", "property"), name.split("."), strict=True)) for name in names],
        "inputs": [
            {"id": "url", "property": "pathname", "value": path},
            {"id": "url", "property": "search", "value": search},
        ],
        "changedPropIds": ["url.pathname"],
        "state": [],
    }
    return client.post("/_dash-update-component", json=body)


def test_a_page_is_drawn_over_http(client):
    answer = draw_over_http(client, "/transactions/4500012345", "?tz=UTC")
    assert answer.status_code == 200
    assert "mw-transform" in answer.text
    assert answer.json()["response"]["drawn"]["data"]["title"] == "PO number 4500012345 \u00b7 Wayline"


def test_times_are_written_in_the_zone_of_the_browser(client):
    client.cookies.set("wayline_zone", "America%2FChicago")
    assert "01:26:00" in draw_over_http(client, "/transactions/4500012345").text


def test_disabled_pages_leave_the_server_alone():
    server = FastAPI()
    build_dash(server, BusyReader(), busy_alerts(), shipped_catalogs(), FakeClock(NOW), DashboardsConfig(enabled=False))
    assert TestClient(server).get("/").status_code == 404


def test_policy_without_inline_scripts_allows_only_this_host():
    assert "script-src 'self';" in content_security_policy([])
