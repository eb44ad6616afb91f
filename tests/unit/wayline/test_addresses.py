"""Where a server says it is to be found."""

from types import SimpleNamespace

import pytest

from wayline.roles import EVERYTHING
from wayline.serve import Wayline, announce
from wayline.settings import load_settings


@pytest.mark.parametrize(("host", "written"), [("::1", "[::1]"), ("127.0.0.1", "127.0.0.1")])
def test_addresses_are_ones_that_can_be_opened(host, written, tmp_path, capsys):
    settings = load_settings(config=None, flags={"server.host": host, "server.data": tmp_path / "a[/b]"})
    served = SimpleNamespace(
        settings=settings, roles=EVERYTHING, collector=SimpleNamespace(grpc_port=4317, http_port=4318)
    )
    served.public_url = Wayline.public_url.fget(served)
    assert served.public_url == f"http://{written}:8080"
    assert dict(Wayline.endpoints.fget(served))["OTLP/gRPC"] == f"{written}:4317"
    announce(served)
    told = capsys.readouterr().out
    assert f"http://{written}:4318" in told
    assert "a[/b]" in told
