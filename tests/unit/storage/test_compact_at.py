from datetime import UTC, datetime, time

import pytest
from pydantic import ValidationError

from storage.compact import next_at
from storage.config import StorageConfig


@pytest.mark.parametrize(
    ("now", "due"),
    [("2026-11-27T00:10", "2026-11-27T01:30"), ("2026-11-27T01:30", "2026-11-28T01:30"),
     ("2026-12-31T23:59", "2027-01-01T01:30")],
)  # fmt: skip
def test_the_next_time_of_day_is_after_now(now, due):
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert next_at(time(1, 30), moment) == datetime.fromisoformat(due).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "meant"), [("03:15", time(3, 15)), ("", None), (None, None), (time(4, 0), time(4, 0))]
)
def test_the_time_of_day_is_hours_and_minutes_or_never(said, meant):
    assert StorageConfig(compact_at=said).compact_at == meant


@pytest.mark.parametrize("said", ["25:00", "3:15", "03:15+02:00", 90, "never"])
def test_what_is_no_time_of_day_is_refused_with_the_way_to_write_it(said):
    with pytest.raises(ValidationError, match="'01:30'"):
        StorageConfig(compact_at=said)
