from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from wayline.api_docs import add_api_docs


def test_the_api_documentation_comes_from_this_machine_alone():
    app = FastAPI(docs_url=None)
    add_api_docs(app)
    client = TestClient(app)
    page = client.get("/api/v1/docs").text
    assert "://" not in page
    assert "<script>" not in page
    for path in (
        "/api/v1/docs/start.js",
        "/api/v1/docs/assets/swagger-ui-bundle.js",
        "/api/v1/docs/assets/swagger-ui.css",
    ):
        assert path in page
        assert client.get(path).status_code == 200


def test_every_refusal_is_described_as_the_problem_document_it_is():
    app = FastAPI(docs_url=None)
    add_api_docs(app)

    @app.get("/things")
    def things(limit: int) -> None:
        pass

    @app.post("/things", responses={404: {"description": "none"}})
    def make(body: dict[str, Any]) -> None:
        pass

    for _ in range(2):  # the second time from memory
        document = app.openapi()
        described = {
            (method, status): list(response.get("content", {}))
            for method, operation in document["paths"]["/things"].items()
            for status, response in operation["responses"].items()
            if status != "200"
        }
        assert set(described) == {
            ("get", "400"),
            ("get", "default"),
            ("post", "404"),
            ("post", "422"),
            ("post", "default"),
        }
        assert all(kinds == ["application/problem+json"] for kinds in described.values())
        assert set(document["components"]["schemas"]) == {"Problem"}
        assert document["info"]["version"]
