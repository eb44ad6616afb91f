"""The API's documentation page, from files on this machine: no CDN, no inline script that the page policy forbids."""

from pathlib import Path

import fastapi_offline
from fastapi import FastAPI
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles

_ASSETS = Path(fastapi_offline.__file__).parent / "static"
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Wayline API</title>
<link rel="stylesheet" href="/api/v1/docs/assets/swagger-ui.css">
<link rel="icon" href="/api/v1/docs/assets/favicon.png"></head>
<body><div id="api"></div>
<script src="/api/v1/docs/assets/swagger-ui-bundle.js"></script>
<script src="/api/v1/docs/start.js"></script></body></html>"""
_START = """SwaggerUIBundle({
  url: "/api/v1/openapi.json", dom_id: "#api", deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIBundle.SwaggerUIStandalonePreset]
});"""


def add_api_docs(app: FastAPI) -> None:
    """Serve ``/api/v1/docs`` on *app*."""
    app.mount("/api/v1/docs/assets", StaticFiles(directory=_ASSETS), name="api-docs-assets")

    @app.get("/api/v1/docs", include_in_schema=False)
    async def show_docs() -> HTMLResponse:
        return HTMLResponse(_PAGE)

    @app.get("/api/v1/docs/start.js", include_in_schema=False)
    async def start_docs() -> Response:
        return Response(_START, media_type="text/javascript")
