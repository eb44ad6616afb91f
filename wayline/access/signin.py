"""The sign-in page: a person gives a token once and gets a cookie that no script can read."""

from html import escape
from pathlib import Path
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from core.access import Scope
from storage.token_watch import TokenWatch
from storage.tokens import TokensUnavailableError, UnknownTokenError
from wayline.access.guard import COOKIE, SIGN_IN, cookie_of
from wayline.access.sessions import Sessions

_STYLE = Path(__file__).with_name("signin.css").read_text(encoding="utf-8")
_PAGE = Path(__file__).with_name("signin.html").read_text(encoding="utf-8")
_LEAVE = '<form method="post" action="/signout"><button type="submit">Sign out</button></form>'
_MAX_FORM_BYTES = 4_096


def build_sign_in_router(watch: TokenWatch, sessions: Sessions, *, is_secure: bool) -> APIRouter:
    """
    Return ``/signin`` and ``/signout``.

    Args:
        watch: Knows the tokens.
        sessions: Keeps who signed in.
        is_secure: Whether people come by HTTPS; the cookie is then sent by nothing else.
    """
    router = APIRouter(include_in_schema=False)

    @router.get(SIGN_IN)
    async def show(request: Request) -> Response:
        is_known = sessions.token(cookie_of(request.headers)) is not None
        return _page(request.query_params.get("next", "/"), "", 200, may_leave=is_known)

    @router.get(f"{SIGN_IN}.css")
    async def style() -> Response:
        return Response(_STYLE, media_type="text/css")

    @router.post(SIGN_IN)
    async def sign_in(request: Request) -> Response:
        form = await _read_form(request)
        token, target = form.get("token", "").strip(), form.get("next", "/")
        try:
            actor = watch.judge(token)
        except UnknownTokenError:
            return _page(target, "This token is not known, or no longer good.", 401)
        except TokensUnavailableError:
            return _page(target, "Tokens cannot be judged at the moment. Try again in a few seconds.", 503)
        if not actor.may(Scope.READ):
            return _page(target, "This token is for sending telemetry. Pages want one with the scope read.", 403)
        answer = RedirectResponse(_local(target), status_code=303)
        answer.set_cookie(COOKIE, sessions.begin(token), httponly=True, samesite="strict", secure=is_secure, path="/")
        return answer

    @router.post("/signout")
    async def sign_out(request: Request) -> Response:
        sessions.end(cookie_of(request.headers))
        answer = RedirectResponse(SIGN_IN, status_code=303)
        answer.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=is_secure, path="/")
        return answer

    return router


async def _read_form(request: Request) -> dict[str, str]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_FORM_BYTES:
            return {}
    return {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _page(target: str, problem: str, status: int, *, may_leave: bool = False) -> Response:
    shown = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    page = (
        _PAGE.replace("{leave}", _LEAVE if may_leave else "")
        .replace("{problem}", shown)
        .replace("{next}", escape(_local(target), quote=True))
    )
    return HTMLResponse(page, status_code=status, headers={"Cache-Control": "no-store"})


def _local(target: str) -> str:
    """Return *target* when it is a path of this server, else the first page: a link must not lead elsewhere."""
    is_path = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if is_path and "\\" not in target else "/"
