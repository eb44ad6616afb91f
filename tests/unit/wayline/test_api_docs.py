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
