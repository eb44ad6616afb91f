"""Business time in the engine is business time in Python."""

import datetime as dt
import random

from analytics.sla.business_time import from_unix_us, unix_us
from analytics.sla.calendars import due_at
from analytics.sla.ladder_sql import ladder_book
from core.units import Duration
from runbooks.calendars import Calendar
from storage.store import Store

OFFICE = Calendar(
    name="office",
    zone="America/Chicago",
    hours={"mon-fri": ["08:00-12:00", "13:00-17:00"]},
    dates_closed={dt.date(2026, 12, 25): "Christmas"},
)
ALWAYS = Calendar(name="24x7", hours={"mon-sun": "00:00-24:00"})
SOME_SECONDS, SOME_DAYS = Duration(seconds=1), Duration(business_days=1)


def test_the_expression_agrees_with_the_pure_function(origin_store: Store):
    book = ladder_book([(SOME_SECONDS, OFFICE), (SOME_DAYS, OFFICE), (SOME_SECONDS, ALWAYS), (SOME_DAYS, ALWAYS)])
    rng = random.Random(7)
    first = dt.datetime(2026, 10, 20, tzinfo=dt.UTC)
    asked, starts, lengths, codes = [], [], [], []
    for _ in range(300):
        start = first + dt.timedelta(microseconds=rng.randrange(60 * 86_400 * 1_000_000))
        duration = rng.choice(
            [Duration(seconds=round(rng.uniform(1, 400_000), 6)), Duration(business_days=rng.choice([0.5, 1, 2, 7]))]
        )
        calendar = rng.choice([OFFICE, ALWAYS])
        code, length = book.code_and_length(duration, calendar)
        asked.append((start, duration, calendar))
        starts.append(unix_us(start))
        lengths.append(length)
        codes.append(code)
    rows = origin_store.rows(
        f"SELECT {book.expression('s', 'n', 'c')} AS due FROM"
        " (SELECT arrayJoin(arrayZip({s:Array(Int64)}, {n:Array(Int64)}, {c:Array(UInt8)})) AS r,"
        " r.1 AS s, r.2 AS n, r.3 AS c)",
        {"s": starts, "n": lengths, "c": codes, **book.params(dt.date(2026, 10, 18), dt.date(2027, 3, 1))},
    )
    for row, (start, duration, calendar) in zip(rows, asked, strict=True):
        assert from_unix_us(row["due"]) == due_at(start, duration, calendar), (start, duration, calendar.name)


def test_what_lies_beyond_the_ladder_is_not_due(origin_store: Store):
    book = ladder_book([(SOME_DAYS, OFFICE)])
    start = unix_us(dt.datetime(2026, 10, 20, tzinfo=dt.UTC))
    code, length = book.code_and_length(Duration(business_days=30), OFFICE)
    days = dt.date(2026, 10, 19), dt.date(2026, 10, 30)
    expression = book.expression("{start:Int64}", "{length:Int64}", "{code:UInt8}")
    params = {"start": start, "length": length, "code": code, **book.params(*days)}
    assert origin_store.value(f"SELECT {expression}", params) == 0
