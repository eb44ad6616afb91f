"""A remote store from the command line: dry run, doctor, TLS and its authorities."""

import socket
import uuid

import pytest

from storage.config import StorageConfig
from storage.migrate import apply_migrations, list_migrations
from storage.store import StoreError, open_store
from tests.integration.access.certificates import Authority
from tests.integration.commands import run_command
from tests.integration.storage.endpoint_process import Endpoint


@pytest.fixture
def database(server_url):
    return f"{server_url}/setup_{uuid.uuid4().hex[:12]}"


def opened(url, tmp_path):
    return open_store(StorageConfig(url=url, path=tmp_path / "decode", pool_size=1))


def test_a_dry_run_says_everything_and_changes_nothing(database, tmp_path):
    at = ("--store", database, "--data", str(tmp_path))
    dry = run_command("migrate", "--dry-run", *at)
    assert dry.returncode == 0, dry.stderr
    assert dry.stdout.count("would apply") == len(list_migrations())
    missing = database.rpartition("/")[2]
    with open_closing(database.rpartition("/")[0] + "/default", tmp_path) as store:
        names = store.rows("SELECT name FROM system.databases WHERE name = {name:String}", {"name": missing})
    assert names == []
    assert "nothing stored yet" in run_command("doctor", *at).stdout
    assert run_command("migrate", *at).stdout.count("applied") == len(list_migrations())
    assert "up to date" in run_command("migrate", "--dry-run", *at).stdout
    with open_closing(database, tmp_path) as store:
        # What a start that was cut off has made, but not noted, is not in the way.
        store.execute("ALTER TABLE schema_migrations DELETE WHERE version IN (1, 20)", settings={"mutations_sync": 2})
        assert [migration.version for migration in apply_migrations(store)] == [1, 20]
    examined = run_command("doctor", *at)
    assert "schema is up to date" in examined.stdout


class open_closing:  # noqa: N801  # reads like a function
    def __init__(self, url, tmp_path):
        self._store = opened(url, tmp_path)

    def __enter__(self):
        return self._store

    def __exit__(self, *_):
        self._store.close()


def test_wrong_credentials_are_said_without_the_password(endpoint, tmp_path):
    wrong = endpoint.url.replace("p%20w%40ss", "letmein") + "/any"
    for command in (["migrate", "--dry-run"], ["migrate"]):
        refused = run_command(*command, "--store", wrong, "--data", str(tmp_path))
        assert refused.returncode == 2
        assert "516" in refused.stderr
        assert "letmein" not in refused.stderr
    examined = run_command("doctor", "--store", wrong, "--data", str(tmp_path))
    assert examined.returncode == 1
    assert "letmein" not in examined.stdout


def test_tls_is_judged_by_the_authority_of_the_settings(tmp_path):
    authority = Authority(tmp_path)
    stranger = Authority(tmp_path, "stranger")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    endpoint = Endpoint(tmp_path / "store", port, certificate=authority.issue("server"))
    endpoint.start()
    try:
        at = ("--store", f"{endpoint.url}/secure", "--data", str(tmp_path / "data"))
        trusting = {"WAYLINE_STORAGE__CA_FILE": str(authority.file)}
        migrated = run_command("migrate", "--dry-run", *at, **trusting)
        assert migrated.returncode == 0, migrated.stderr
        assert migrated.stdout.count("would apply") == len(list_migrations())
        for wrong in ({"WAYLINE_STORAGE__CA_FILE": str(stranger.file)}, {}):
            refused = run_command("migrate", "--dry-run", *at, **wrong)
            assert refused.returncode == 2, wrong
            assert run_command("doctor", *at, **wrong).returncode == 1
        # No falling back to plain text either.
        plain = endpoint.url.replace("clickhouses://", "clickhouse://") + "/secure"
        with pytest.raises(StoreError):
            opened(plain, tmp_path)
    finally:
        endpoint.stop()
