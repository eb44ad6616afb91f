"""The API's documentation page, from files on this machine: no CDN, no inline script that the page policy forbids."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

import fastapi_offline
from fastapi import FastAPI
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles

from analytics.api.models import Problem

_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_OTHERS = ("HTTPValidationError", "ValidationError")
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
    """Serve ``/api/v1/docs`` on *app*, and describe its refusals as what they are."""
    app.version = version("wayline")
    described = app.openapi

    def describe() -> dict[str, Any]:
        return app.openapi_schema or _with_problems(described())

    app.openapi = describe  # type: ignore[method-assign]  # FastAPI's documented way to change the document
    app.mount("/api/v1/docs/assets", StaticFiles(directory=_ASSETS), name="api-docs-assets")

    @app.get("/api/v1/docs", include_in_schema=False)
    async def show_docs() -> HTMLResponse:
        return HTMLResponse(_PAGE)

    @app.get("/api/v1/docs/start.js", include_in_schema=False)
    async def start_docs() -> Response:
        return Response(_START, media_type="text/javascript")


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """Change *document* so that every refusal in it is a problem document; FastAPI would describe its own."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema()
    for name in _OTHERS:
        schemas.pop(name, None)
    for path in document["paths"].values():
        for operation in path.values():
            responses = operation["responses"]
            # A wrong parameter is 400 here; 422 is a body that does not fit.
            if "requestBody" not in operation and responses.pop("422", None):
                responses.setdefault("400", {"description": "A parameter is wrong"})
            responses["default"] = {"description": "Any other refusal or failure"}
            for status, response in responses.items():
                if status >= "4":
                    response["content"] = _PROBLEM
    return document
