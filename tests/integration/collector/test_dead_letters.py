"""Dead letters from burial to an end: listed, looked at, put back, given up; of a server and of a folder."""

import json
import os
import time

import httpx
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from collector.config import SpoolConfig
from collector.dead_letters import DamagedLetterError, DeadLetters, DeadLettersFullError, NoSuchLetterError
from collector.keys import SpoolKey, load_key
from collector.signals import Signal
from collector.spool import Spool
from core.clock import SystemClock
from core.selfmetrics import REGISTRY
from tests.integration.commands import run_command

SECRET = "jane.doe@example.org"
CATALOG_RULE = """
kind: Redaction
name: mail
action: mask
value_pattern: "[a-z.]+@[a-z.]+"
"""


def logs(correlation):
    request = ExportLogsServiceRequest()
    part = request.resource_logs.add()
    part.resource.attributes.append(KeyValue(key="service.name", value=AnyValue(string_value="erp-core")))
    record = LogRecord(time_unix_nano=time.time_ns(), body=AnyValue(string_value=f"sent by {SECRET}"))
    record.attributes.append(KeyValue(key="correlation.id", value=AnyValue(string_value=correlation)))
    record.trace_id, record.span_id = os.urandom(16), os.urandom(8)
    part.scope_logs.add().log_records.append(record)
    return request.SerializeToString()


def bury(data, *payloads):
    """Put *payloads* (signal, bytes, items) into the dead letters of a data folder, as the flusher would."""
    data.mkdir(exist_ok=True)
    spool = Spool(SpoolConfig(path=data / "spool", seal_after_s=0), load_key(data / "spool.key"), SystemClock())
    spool.start()
    for signal, payload, items in payloads:
        spool.append(signal, payload, items=items).result(10)
        segment = spool.take(10)
        spool.quarantine(segment, next(segment.frames()), "undecodable")
        spool.retire(segment)
    spool.stop(10)
    for kept in (data / "spool" / "retired").iterdir():
        kept.unlink()  # their grace is over; else the next start would store anew what no ledger knows


def listed(*words):
    ran = run_command("dead-letters", "list", "--json", *words)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)["items"]


@pytest.mark.slow
def test_letters_of_a_running_server_end_to_end(start_wayline, tmp_path):
    data = tmp_path / "data"
    bury(data, (Signal.LOGS, logs("c-dead-1"), 1), (Signal.TRACES, b"\xff" * 9, 2), (Signal.LOGS, logs("c-dead-2"), 1))
    served = start_wayline(data=data)
    at = ("--url", served.url)
    first, second, poison = listed(*at)
    assert [(one["signal"], one["items"], one["reason"]) for one in (first, second, poison)] == [
        ("logs", 1, "undecodable"),
        ("logs", 1, "undecodable"),
        ("traces", 2, "undecodable"),
    ]
    assert "undecodable" in run_command("dead-letters", "list", *at).stdout

    # Metadata only, unless asked; the metadata holds nothing of the content.
    shown = run_command("dead-letters", "show", first["id"], *at)
    assert json.loads(shown.stdout) == first
    with_content = run_command("dead-letters", "show", first["id"], "--content", *at)
    assert "c-dead-1" in with_content.stdout
    refused = run_command("dead-letters", "show", poison["id"], "--content", *at)
    assert (refused.returncode, "cannot be decoded" in refused.stderr) == (2, True)
    assert run_command("dead-letters", "show", "none", *at).returncode == 2
    assert "content of a dead letter shown" in served.log.read_text()

    # Put back, it is stored and found, which it was not before; the poisoned one comes back as a letter.
    assert httpx.get(f"{served.url}/api/v1/transactions/c-dead-1").status_code == 404
    assert run_command("dead-letters", "redrive", first["id"], *at).returncode == 0
    until(lambda: httpx.get(f"{served.url}/api/v1/transactions/c-dead-1").status_code == 200)
    assert run_command("dead-letters", "redrive", poison["id"], *at).returncode == 0
    until(lambda: [one["reason"] for one in listed(*at) if one["signal"] == "traces"] == ["unredactable"])
    again = next(one for one in listed(*at) if one["signal"] == "traces")
    assert again["id"] != poison["id"]

    # Given up, it is gone; without a yes nothing happens.
    assert run_command("dead-letters", "discard", again["id"], *at).returncode == 1
    assert run_command("dead-letters", "discard", again["id"], "--yes", *at).returncode == 0
    assert run_command("dead-letters", "discard", again["id"], "--yes", *at).returncode == 2
    assert listed(*at) == [second]
    served.process.terminate()
    served.process.wait(timeout=30)

    # The same commands work on the folder of the stopped server.
    gone = ("--url", served.url, "--data", str(data))
    assert listed(*gone) == [second]
    assert json.loads(run_command("dead-letters", "show", second["id"], *gone).stdout) == second
    assert run_command("dead-letters", "redrive", "--all", *gone).returncode == 0
    assert listed(*gone) == []
    assert list((data / "spool").glob("*.seg"))  # it waits there for the next start
    assert run_command("dead-letters", "list", "--url", served.url).returncode == 2


def until(is_so):
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_content_is_shown_as_it_would_be_stored(tmp_path):
    data, catalog = tmp_path / "data", tmp_path / "catalog"
    catalog.mkdir()
    (catalog / "redaction.yaml").write_text(CATALOG_RULE)
    bury(data, (Signal.LOGS, logs("c-1"), 1))
    (letter,) = listed("--data", str(data), "--url", "http://127.0.0.1:9")
    config = tmp_path / "wayline.yaml"
    config.write_text(f"catalog: {{dirs: [{catalog}]}}\n")
    at = ("--data", str(data), "--url", "http://127.0.0.1:9", "--config", str(config))
    shown = run_command("dead-letters", "show", letter["id"], "--content", *at)
    assert shown.returncode == 0, shown.stderr
    assert "c-1" in shown.stdout
    assert SECRET not in shown.stdout


def letters(folder, quota=10_000):
    return DeadLetters(folder, SpoolKey(b"k" * 32), quota)


def bury_one(letters, index, size=4_000, *, is_readable=True):
    return letters.bury(
        bytes(size),
        signal=Signal.LOGS,
        reason="undecodable",
        items=1,
        received_ns=1,
        buried_ns=2,
        segment_id=7,
        index=index,
        is_readable=is_readable,
    )


def test_the_quota_refuses_and_throws_nothing_away(tmp_path):
    kept = letters(tmp_path)
    bury_one(kept, 1)
    bury_one(kept, 1)  # the same frame again takes no more room
    bury_one(kept, 2)
    with pytest.raises(DeadLettersFullError, match="quota"):
        bury_one(kept, 3)
    assert len(kept.names()) == 2
    bury_one(kept, 3, is_readable=False)  # evidence of damage is kept all the same
    assert REGISTRY.get_sample_value("wayline_dead_letter_bytes") > 12_000
    kept.remove("logs-00000000000000000007-00000003")
    with pytest.raises(DeadLettersFullError):
        bury_one(letters(tmp_path), 3)  # also after a restart
    kept.remove("logs-00000000000000000007-00000001")
    bury_one(kept, 3)


def test_a_list_reads_facts_only_and_facts_stay_with_their_payload(tmp_path):
    kept = letters(tmp_path)
    one, two = bury_one(kept, 1, 40), bury_one(kept, 2, 40)
    paths = {name: tmp_path / f"{name}.dead" for name in kept.names()}
    data = [path.read_bytes() for path in paths.values()]
    assert len({len(each) for each in data}) == 1
    swapped = data[0][:-68] + data[1][-68:]  # nonce, payload and tag of the other one
    paths[one.id].write_bytes(swapped)
    assert kept.list_letters() == [one, two]
    with pytest.raises(DamagedLetterError):
        kept.show(one.id)
    assert kept.show(two.id) == (two, bytes(40))
    with pytest.raises(NoSuchLetterError):
        kept.facts("../spool.key")
