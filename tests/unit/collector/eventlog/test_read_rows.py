import gzip
import io
import json

import pytest

from collector.eventlog.read_rows import EventLogError, open_log, read_rows

XES = b"""<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xmlns="http://www.xes-standard.org/">
  <string key="concept:name" value="the log"/>
  <trace><string key="concept:name" value="case-1"/>
    <event><string key="concept:name" value="Create"/>
      <date key="time:timestamp" value="2019-01-01T00:00:00+01:00"/></event>
    <event><string key="concept:name" value="Pay"/></event></trace>
  <trace><string key="concept:name" value="case-2"/><event><string key="concept:name" value="Create"/></event></trace>
</log>"""
OCEL = {
    "objects": [{"id": "po1", "type": "order"}, {"id": "i1", "type": "item"}, {"id": "i2", "type": "item"}],
    "events": [
        {
            "id": "e1",
            "type": "Create",
            "time": "2026-01-01T00:00:00Z",
            "attributes": [{"name": "amount", "value": 5}],
            "relationships": [{"objectId": name, "qualifier": "x"} for name in ("po1", "i1", "i2")],
        }
    ],
}


def test_csv_rows_come_by_header_also_behind_a_byte_order_mark():
    assert list(read_rows(io.BytesIO("\ufeffa,b\n1,ü\n".encode()), "csv")) == [{"a": "1", "b": "ü"}]


def test_xes_events_carry_their_trace_attributes_and_not_their_neighbours():
    rows = list(read_rows(io.BytesIO(XES), "xes"))
    assert [(row["case:concept:name"], row["concept:name"]) for row in rows] == [
        ("case-1", "Create"),
        ("case-1", "Pay"),
        ("case-2", "Create"),
    ]
    assert rows[0]["time:timestamp"] == "2019-01-01T00:00:00+01:00"


def test_ocel_events_name_their_objects_by_type():
    rows = list(read_rows(io.BytesIO(json.dumps(OCEL).encode()), "ocel"))
    assert rows == [
        {
            "ocel:id": "e1",
            "ocel:type": "Create",
            "ocel:timestamp": "2026-01-01T00:00:00Z",
            "amount": 5,
            "ocel:type:order": ["po1"],
            "ocel:type:item": ["i1", "i2"],
        }
    ]


def test_gzip_is_recognised_by_its_bytes(tmp_path):
    path = tmp_path / "log.csv"
    path.write_bytes(gzip.compress(b"a\n1\n"))
    with open_log(path) as log:
        assert list(read_rows(log.stream, "csv")) == [{"a": "1"}]


@pytest.mark.parametrize(
    ("kind", "text"), [("xes", b"<log><trace>"), ("ocel", b'{"objects": ['), ("csv", b"a\n\xff\xfe\n")]
)
def test_a_file_of_another_kind_is_refused(kind, text):
    with pytest.raises(EventLogError, match=kind):
        list(read_rows(io.BytesIO(text), kind))


def test_an_xml_bomb_is_refused():
    bomb = b'<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><log>&b;</log>'
    with pytest.raises(EventLogError):
        list(read_rows(io.BytesIO(bomb), "xes"))
