"""HEAD is GET without the body."""

import asyncio

import httpx
from fastapi import FastAPI

from analytics.api import HeadAsGet, build_probe_router, install_problem_handlers


def _ask(method: str, path: str) -> httpx.Response:
    app = FastAPI()
    install_problem_handlers(app)
    app.add_middleware(HeadAsGet)
    app.include_router(build_probe_router(list))

    @app.post("/door")
    async def door() -> None:
        pass

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://wayline.test") as client:
            return await client.request(method, path)

    return asyncio.run(ask())


def test_a_monitor_that_probes_with_head_is_answered():
    for path in ("/healthz", "/readyz"):
        got, head = _ask("GET", path), _ask("HEAD", path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers == got.headers


def test_head_is_refused_where_get_is():
    refused = _ask("HEAD", "/door")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    assert _ask("HEAD", "/nowhere").status_code == 404
