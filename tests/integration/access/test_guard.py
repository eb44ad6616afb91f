"""Who may use the API and the pages: every route, method and scope, on an application without an engine behind it."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from core.access import INGEST, Scope, current_actor
from storage.state import open_state
from storage.token_watch import TokenWatch
from storage.tokens import TokenBook, issue
from wayline.access.beyond import own_names
from wayline.access.config import AccessConfig
from wayline.access.guard import COOKIE, Guard
from wayline.access.sessions import Sessions
from wayline.access.signin import build_sign_in_router
from wayline.settings import ServerConfig, Settings

BASE = "https://wayline.test"
HTML = {"Accept": "text/html,application/xhtml+xml"}


class Site:
    def __init__(self, folder, clock, *, is_required=True, knows_clients=False):
        self.state = open_state(folder)
        self.book = TokenBook(self.state)
        self.watch = TokenWatch(self.book, clock, refresh_s=3600)
        self.watch.refresh()
        self.clock = clock
        app = FastAPI()
        sessions = Sessions(clock, length_s=3600)
        app.include_router(build_sign_in_router(self.watch, sessions, is_secure=True))

        @app.api_route("/{path:path}", methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
        async def anything(path: str) -> dict[str, str]:
            return {"actor": current_actor().name}

        app.add_middleware(
            Guard,
            watch=self.watch,
            sessions=sessions,
            is_required=is_required,
            own_names=frozenset({"wayline.test"}),
            knows_clients=knows_clients,
        )
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE)

    def token(self, *scopes, expires_in=None):
        token, secret = issue("ann", scopes, (), self.clock.now(), expires_in)
        self.book.add(token)
        self.watch.refresh()
        return secret

    def ask(self, method, path, token=None, **words):
        headers = {**words.pop("headers", {}), **({"Authorization": f"Bearer {token}"} if token else {})}
        return asyncio.run(self._ask(method, path, headers, words))

    async def _ask(self, method, path, headers, words):
        return await self.client.request(method, path, headers=headers, **words)

    def sign_in(self, token, target="/", **headers):
        headers = {"Origin": BASE, **headers}
        return self.ask("POST", "/signin", data={"token": token, "next": target}, headers=headers)


@pytest.fixture
def site(tmp_path, clock):
    site = Site(tmp_path, clock)
    yield site
    site.state.dispose()


# (method, path) -> who gets through
PUBLIC = [("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/signin"), ("GET", "/signin.css")]
DOORS = [("POST", "/api/v1/events"), ("POST", "/api/v1/hooks/ariba")]
READ = [
    ("GET", "/"),
    ("GET", "/metrics"),
    ("GET", "/transactions"),
    ("GET", "/api/v1/transactions/4500012345"),
    ("GET", "/api/v1/docs"),
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/api/v1/a-route-of-tomorrow"),
    ("HEAD", "/api/v1/alerts"),
    ("POST", "/_dash-update-component"),
    ("GET", "/_dash-layout"),
    ("GET", "/assets/app.js"),
]
OPERATE = [
    ("POST", "/api/v1/alerts/1/ack"),
    ("DELETE", "/api/v1/silences/1"),
    ("PUT", "/api/v1/silences/1"),
    ("PATCH", "/api/v1/a-route-of-tomorrow"),
    ("POST", "/api/v1/dead-letters/1/redrive"),
]


def test_the_matrix_of_routes_and_scopes(site):
    tokens = {"nobody": None, "sender": site.token(*INGEST), "reader": site.token(Scope.READ)}
    tokens["operator"] = site.token(Scope.OPERATE)
    allowed = {
        "nobody": PUBLIC + DOORS,  # doors judge tokens themselves
        "sender": PUBLIC + DOORS,
        "reader": PUBLIC + DOORS + READ,
        "operator": PUBLIC + DOORS + READ + OPERATE,
    }
    for who, token in tokens.items():
        for method, path in PUBLIC + DOORS + READ + OPERATE:
            expected = 200 if (method, path) in allowed[who] else 403 if token else 401
            assert site.ask(method, path, token).status_code == expected, (who, method, path)


def test_a_refusal_is_a_problem_document_that_says_what_to_do(site):
    refused = site.ask("GET", "/api/v1/transactions/4500012345")
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["www-authenticate"] == "Bearer"
    assert "Authorization: Bearer" in refused.json()["detail"]


def test_paths_are_judged_as_they_are(site):
    for path in ("//api/v1/alerts", "/api/v1/eventsx/../alerts", "/HEALTHZ", "/healthz/", "/%2e/api/v1/alerts"):
        assert site.ask("GET", path).status_code == 401, path


def test_a_person_is_sent_to_the_sign_in_page_and_back(site):
    sent = site.ask("GET", "/transactions?flow=p2p&q=a%20b", headers=HTML)
    assert (sent.status_code, sent.headers["location"]) == (
        303,
        "/signin?next=%2Ftransactions%3Fflow%3Dp2p%26q%3Da%2520b",
    )
    page = site.ask("GET", sent.headers["location"])
    assert 'value="/transactions?flow=p2p&amp;q=a%20b"' in page.text
    back = site.sign_in(site.token(Scope.READ), "/transactions?flow=p2p")
    assert (back.status_code, back.headers["location"]) == (303, "/transactions?flow=p2p")
    cookie = back.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=strict", "secure", "path=/"))
    assert site.ask("GET", "/transactions", headers=HTML).json() == {"actor": "ann"}


@pytest.mark.parametrize(
    "target", ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)", "/a\nb"]
)
def test_signing_in_leads_nowhere_else(site, target):
    assert site.sign_in(site.token(Scope.READ), target).headers["location"] == "/"
    assert "evil" not in site.ask("GET", "/signin", params={"next": target}).text


def test_what_is_typed_wrong_is_said_without_repeating_it(site):
    refused = site.sign_in("<script>alert(1)</script>")
    assert refused.status_code == 401
    assert "alert(1)" not in refused.text
    assert "set-cookie" not in refused.headers
    assert site.sign_in(site.token(*INGEST)).status_code == 403
    assert site.sign_in("x" * 100_000).status_code == 401


def test_a_session_ends_by_sign_out_by_time_and_with_its_token(site, clock):
    token = site.token(Scope.READ)
    site.sign_in(token)
    kept = site.client.cookies[COOKIE]
    assert site.ask("GET", "/").status_code == 200
    assert 'action="/signout"' in site.ask("GET", "/signin").text
    site.ask("POST", "/signout", headers={"Origin": BASE})
    site.client.cookies.set(COOKIE, kept)
    assert site.ask("GET", "/").status_code == 401  # the cookie that was kept is worth nothing
    site.client.cookies.clear()
    site.sign_in(token)
    clock.advance(3601)
    assert site.ask("GET", "/").status_code == 401
    site.client.cookies.clear()
    site.sign_in(token)
    assert site.ask("GET", "/").status_code == 200
    site.book.revoke(site.watch.live_tokens()[0].id, clock.now())
    site.watch.refresh()
    assert site.ask("GET", "/").status_code == 401


def test_a_cookie_set_by_somebody_else_is_not_taken_over(site):
    site.client.cookies.set(COOKIE, "fixed")
    site.sign_in(site.token(Scope.READ))
    assert "fixed" not in [cookie.value for cookie in site.client.cookies.jar if cookie.domain == "wayline.test"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_of_another_site_can_do_nothing(site, headers):
    site.sign_in(site.token(Scope.OPERATE))
    assert site.ask("POST", "/api/v1/alerts/1/ack", headers={"Origin": BASE}).status_code == 200
    assert site.ask("POST", "/api/v1/alerts/1/ack", headers=headers).status_code == 403
    assert site.ask("POST", "/signin", data={"token": "x"}, headers=headers).status_code == 403
    assert site.ask("POST", "/_dash-update-component", headers=headers).status_code == 403


NAMES = {
    "wayline.test": True, "WAYLINE.test:8443": True, "localhost": True, "localhost:8080": True, "localhost.": True,
    "hospital.localhost:8080": True, "127.0.0.1:8080": True, "[::1]:8080": True, "10.1.2.3": True,
    "evil.test": False, "evil.test:8080": False, "localhost.evil.test": False, "127.0.0.1.evil.test": False,
    "[::1": False, "xlocalhost": False,
}  # fmt: skip


@pytest.mark.parametrize(("host", "is_own"), NAMES.items())
def test_where_nobody_signs_in_a_name_that_was_made_to_lead_here_shows_nothing(tmp_path, clock, host, is_own):
    site = Site(tmp_path, clock, is_required=False)
    for method, path in (("GET", "/api/v1/transactions"), ("POST", "/api/v1/events"), ("GET", "/")):
        assert site.ask(method, path, headers={"Host": host}).status_code == (200 if is_own else 403), path
    assert site.ask("GET", "/healthz", headers={"Host": host}).status_code == 200


def test_where_people_sign_in_any_name_may_lead_to_the_server(site):
    assert site.ask("GET", "/", site.token(Scope.READ), headers={"Host": "other.test"}).status_code == 200


def test_names_of_a_server_are_those_that_are_set_and_that_of_its_public_address():
    settings = Settings(
        server=ServerConfig(public_url="https://Wayline.example:8443/x"), access=AccessConfig(hosts=("Proxy.example",))
    )
    assert own_names(settings) == {"127.0.0.1", "wayline.example", "proxy.example"}


def test_on_loopback_too_a_page_of_another_site_can_do_nothing(tmp_path, clock):
    site = Site(tmp_path, clock, is_required=False)
    assert site.ask("POST", "/api/v1/alerts/1/ack").json() == {"actor": ""}
    assert site.ask("POST", "/api/v1/alerts/1/ack", headers={"Origin": "https://evil.test"}).status_code == 403
    site.state.dispose()


@pytest.mark.parametrize("path", [path for _, path in DOORS])
@pytest.mark.parametrize("is_required", [True, False])
def test_a_page_of_another_site_sends_no_events_but_servers_do(tmp_path, clock, path, is_required):
    site = Site(tmp_path, clock, is_required=is_required)
    form = {"data": {"notification": "forged"}}
    for headers in ({"Origin": "https://evil.test"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        assert site.ask("POST", path, headers=headers, **form).status_code == 403
        assert site.ask("POST", path, "wl_any", headers=headers, **form).status_code == 200  # the door judges it
    assert site.ask("POST", path, **form).status_code == 200
    assert site.ask("POST", path, headers={"Origin": BASE, "Sec-Fetch-Site": "same-origin"}, **form).status_code == 200
    site.state.dispose()


def test_a_known_client_certificate_needs_no_token_but_one_that_is_shown_counts(tmp_path, clock):
    site = Site(tmp_path, clock, knows_clients=True)
    assert site.ask("POST", "/api/v1/alerts/1/ack").status_code == 200
    assert site.ask("POST", "/api/v1/alerts/1/ack", site.token(Scope.READ)).status_code == 403
    assert site.ask("GET", "/", "wl_wrong").status_code == 401
    site.state.dispose()


def test_a_lost_state_store_is_503(site):
    token = site.token(Scope.READ)
    site.watch._stale_after_s = 0.0
    with site.state.begin() as connection:
        connection.execute(text("DROP TABLE tokens"))
    refused = site.ask("GET", "/api/v1/alerts", token)
    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) >= 1
    assert site.sign_in(token).status_code == 503


def test_an_expired_token_reads_nothing(site, clock):
    token = site.token(Scope.READ, expires_in=timedelta(minutes=1))
    clock.advance(61)
    assert site.ask("GET", "/api/v1/alerts", token).status_code == 401
