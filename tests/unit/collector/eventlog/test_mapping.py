import pytest
import yaml

from collector.eventlog.map_rows import Refusals, map_rows, to_event
from collector.eventlog.mapping import Mapping, load_mapping
from core.errors import ConfigError

FULL = {
    "format": "csv",
    "flow": "travel_permit",
    "source": "travel-portal",
    "time": {"column": "timestamp", "timezone": "Europe/Amsterdam"},
    "milestone": "activity",
    "event_id": "event_id",
    "correlation": "case_id",
    "identifiers": {"permit": "permit_id"},
    "parent": "purchasing_document",
    "system": {"column": "org", "map": {"SRM": "srm"}},
    "outcome": {"column": "activity", "map": {"SRM: Transfer Failed (E.Sys.)": "error"}},
    "attributes": ["resource", "amount"],
}
ROW = {
    "timestamp": "2019-07-01 10:00",
    "activity": "SRM: Transfer Failed (E.Sys.)",
    "event_id": "e7",
    "case_id": "c1",
    "permit_id": "p9",
    "purchasing_document": "4500",
    "org": "SRM",
    "resource": "user_1",
    "amount": "",
}


def _mapping(**changes):
    said = {name: value for name, value in (FULL | changes).items() if value is not None}
    return Mapping.model_validate(said)


def test_every_column_lands_in_its_place():
    assert to_event(ROW, _mapping(), "d1", 1) == {
        "specversion": "1.0",
        "type": "wayline.import",
        "source": "travel-portal",
        "id": "e7",
        "time": "2019-07-01T08:00:00+00:00",
        "system": "srm",
        "outcome": "error",
        "flow": "travel_permit",
        "milestone": "SRM: Transfer Failed (E.Sys.)",
        "correlationid": "c1",
        "parenttype": "purchasing_document",
        "parentid": "4500",
        "data": {"resource": "user_1", "wayline.identifier": {"permit": "p9"}},
    }


def test_without_an_event_id_a_row_is_one_by_file_digest_and_number():
    event = to_event(ROW, _mapping(event_id=None), "abc", 17)
    assert (event["source"], event["id"]) == ("urn:wayline:import:abc", "17")


def test_a_value_missing_from_a_map_is_null():
    row = ROW | {"org": "other", "activity": "Create"}
    event = to_event(row, _mapping(), "d", 1)
    assert (event["system"], event["outcome"]) == ("travel-portal", "ok")


def test_an_offset_in_the_timestamp_beats_the_timezone():
    assert (
        to_event(ROW | {"timestamp": "2019-07-01T10:00:00+05:00"}, _mapping(), "d", 1)["time"]
        == "2019-07-01T05:00:00+00:00"
    )


def test_a_parent_column_that_is_an_identifier_takes_its_type():
    mapping = _mapping(identifiers={"po_number": "purchasing_document"})
    assert to_event(ROW, mapping, "d", 1)["parenttype"] == "po_number"


def test_flow_and_source_may_come_from_columns():
    mapping = _mapping(flow={"column": "org"}, source={"column": "resource"})
    event = to_event(ROW, mapping, "d", 1)
    assert (event["flow"], event["source"]) == ("SRM", "user_1")


def test_a_row_without_a_readable_time_is_refused_and_named_without_its_values():
    refusals = Refusals()
    events = list(
        map_rows(iter([ROW | {"timestamp": ""}, ROW | {"timestamp": "secret"}, ROW]), _mapping(), "d", refusals)
    )
    assert len(events) == 1
    assert refusals.count == 2
    assert refusals.examples[0].startswith("row 1: ")
    assert "secret" not in " ".join(refusals.examples)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"tiem": "x"}, "tiem"),
        ({"format": "xlsx"}, "format"),
        ({"time": {"column": "t", "timezone": "Mars/Base"}}, "time"),
    ],
)
def test_a_wrong_mapping_is_refused_by_field(tmp_path, change, field):
    path = tmp_path / "m.yaml"
    path.write_text(yaml.safe_dump(FULL | change))
    with pytest.raises(ConfigError, match=field):
        load_mapping(path)
