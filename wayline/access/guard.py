"""
Who may use the API and the pages: asked of every request before anything else looks at it.

A program shows a token in the Authorization header. A person shows one once, on the sign-in page, and a cookie from
then on. What a cookie could be made to do by a foreign page is refused by where the request comes from (OWASP
Cross-Site Request Forgery Prevention, "Standard Headers to Verify Origin"), besides the cookie's SameSite=Strict. Where
nobody has to sign in, a page whose own name was made to lead here (DNS rebinding) is told by that name.
"""

import contextlib
import ipaddress
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as AsgiScope

from analytics.api import problem
from core.access import LOCAL, Actor, Scope, set_actor
from storage.token_watch import TokenWatch
from storage.tokens import TokensUnavailableError, UnknownTokenError
from wayline.access.sessions import Sessions

COOKIE = "wayline_session"
SIGN_IN = "/signin"
_OPEN = frozenset({"/healthz", "/readyz", SIGN_IN, f"{SIGN_IN}.css", "/signout"})
# The door for events judges tokens itself, as on the ingest port.
_DOORS = ("/api/v1/events", "/api/v1/hooks/")
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_PAGES_THAT_POST = "/_dash-update-component"
_RETRY_AFTER = {"Retry-After": "5"}


class Guard:
    """
    ASGI middleware that knows who is asking.

    Args:
        app: The application behind it.
        watch: Knows the tokens.
        sessions: Knows who signed in.
        is_required: Whether a request without credentials is refused; else it acts as `core.access.LOCAL`.
        own_names: Names under which people reach a server where nobody signs in, besides ``localhost`` and addresses.
        knows_clients: The port asks for client certificates: those need no token besides, yet one that is shown counts.
    """

    def __init__(
        self,
        app: ASGIApp,
        watch: TokenWatch,
        sessions: Sessions,
        *,
        is_required: bool,
        own_names: frozenset[str] = frozenset(),
        knows_clients: bool = False,
    ) -> None:
        self.app = app
        self._watch = watch
        self._sessions = sessions
        self._is_required = is_required
        self._own_names = own_names
        self._knows_clients = knows_clients

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with a refusal."""
        refused = self._judge(scope) if scope["type"] in ("http", "websocket") else None
        if refused is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await refused(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    def _judge(self, scope: AsgiScope) -> Response | None:
        path, method = str(scope["path"]), str(scope.get("method", "GET"))
        headers = Headers(scope=scope)
        is_door = path.startswith(_DOORS)
        if why := self._foreign(path, method, headers):
            return problem(403, why, instance=path)
        if not self._is_required or path in _OPEN or is_door:
            return None
        try:
            actor = self._actor(headers)
        except UnknownTokenError as error:
            return _ask_to_sign_in(path, scope, headers, error.message)
        except TokensUnavailableError as error:
            return problem(503, error.message, instance=path, headers=_RETRY_AFTER)
        needed = Scope.READ if method in _READING or path == _PAGES_THAT_POST else Scope.OPERATE
        if not actor.may(needed):
            return problem(403, f"this token does not cover {needed}", instance=path)
        set_actor(actor)
        return None

    def _foreign(self, path: str, method: str, headers: Headers) -> str:
        """Return why a request may be that of a page of somebody else; empty when it is not."""
        # A page cannot add this header to what it sends elsewhere, so whoever does is no page.
        shows_token = path.startswith(_DOORS) and "authorization" in headers
        if method not in _READING and not shows_token and is_foreign(headers):
            return "this request comes from a page of another site"
        if not self._is_required and path not in _OPEN and not is_own_name(headers.get("host", ""), self._own_names):
            return "this is not a name of this server; the setting access.hosts lists its names"
        return ""

    def _actor(self, headers: Headers) -> Actor:
        kind, _, text = headers.get("authorization", "").partition(" ")
        if kind:
            if kind.lower() != "bearer":
                raise UnknownTokenError("send a token: Authorization: Bearer ...")
            return self._watch.judge(text.strip())
        token = self._sessions.token(cookie_of(headers))
        if token is None and self._knows_clients:
            return LOCAL
        if token is None:
            raise UnknownTokenError("sign in, or send a token: Authorization: Bearer ...")
        return self._watch.judge(token)


def is_foreign(headers: Headers) -> bool:
    """Whether a browser says that the request was made by a page of another origin."""
    origin = headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc.lower() != headers.get("host", "").lower()
    return headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")


def is_own_name(host: str, own_names: frozenset[str]) -> bool:
    """
    Whether *host*, as the request names it, is no name that somebody else gave this server.

    An address cannot be made to lead elsewhere; without a host it is no browser that asks.
    """
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    if not host or name == "localhost" or name.endswith(".localhost") or name in own_names:
        return True
    with contextlib.suppress(ValueError):
        return bool(ipaddress.ip_address(name))
    return False


def cookie_of(headers: Headers) -> str:
    """Return the session cookie; empty when there is none."""
    return _cookie(headers.getlist("cookie"))


def _cookie(lines: Iterable[str]) -> str:
    try:
        jar = SimpleCookie("; ".join(lines))
    except CookieError:
        return ""
    return jar[COOKIE].value if COOKIE in jar else ""


def _ask_to_sign_in(path: str, scope: AsgiScope, headers: Headers, detail: str) -> Response:
    wants_page = "text/html" in headers.get("accept", "") and scope.get("method") == "GET"
    if wants_page and "authorization" not in headers and not path.startswith("/api/"):
        query = scope.get("query_string", b"").decode("latin-1")
        target = f"{path}?{query}" if query else path
        return RedirectResponse(f"{SIGN_IN}?next={quote(target, safe='')}", status_code=303)
    return problem(401, detail, instance=path, headers={"WWW-Authenticate": "Bearer"})
