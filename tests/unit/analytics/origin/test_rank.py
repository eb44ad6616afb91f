from analytics.origin.callers import explained_parts
from analytics.origin.rank import rank_systems
from analytics.origin.shapes import Sample, deviations
from tests.unit.analytics.origin.runs import runs


def ranked(*shapes, calls=None, texts=None):
    found = deviations(shapes)
    return rank_systems(shapes, found, explained_parts(found, calls or {}), texts or {})


def names(suspects):
    return [suspect.system for suspect in suspects]


def test_what_did_not_change_is_no_suspect():
    assert ranked(runs("a", 50, events=(1,)), runs("a", 20, events=(1,), window=True)) == []


def test_the_step_that_slowed_down_most_leads_with_its_slowest_run():
    suspects = ranked(
        *(runs(system, 40) for system in "ab"),
        runs("a", 40, took_ms=20.0, window=True),
        runs("b", 40, took_ms=200.0, window=True),
    )
    assert names(suspects) == ["b", "a"]
    first = suspects[0].evidence[0]
    assert (first["kind"], first["trace_id"], first["span_id"]) == ("self_time", "tw0", "b-work")
    assert first["why"] == "work: its own time typically 10.0 ms over 40 runs before, now 200.0 ms over 40"


def test_a_step_that_was_never_seen_before_is_not_called_slow():
    assert ranked(runs("a", 40, took_ms=500.0, window=True)) == []


def test_a_slow_call_is_held_against_the_side_whose_other_calls_are_slow_too():
    calls = [("shop", "cart"), ("shop", "stock"), ("billing", "cart")]
    before = [runs(caller, 30, peer=callee, operation=callee) for caller, callee in calls]
    now = [
        runs(caller, 30, peer=callee, operation=callee, window=True, took_ms=250.0 if callee == "cart" else 10.0)
        for caller, callee in calls
    ]
    suspects = ranked(*before, *now)
    assert names(suspects)[0] == "cart"
    assert suspects[0].score > 3 * suspects[1].score
    assert {row["kind"] for row in suspects[0].evidence} == {"call_time"}


def test_a_caller_whose_every_call_is_slow_is_slow_itself():
    callees = ["cart", "stock", "mail", "pay"]
    shapes = [
        runs("shop", 30, peer=callee, operation=callee, window=window, took_ms=250.0 if window else 10.0)
        for callee in callees
        for window in (False, True)
    ]
    assert names(ranked(*shapes))[0] == "shop"


def test_errors_of_its_own_make_a_suspect_and_say_how_many():
    suspects = ranked(
        runs("a", 100, events=(1,)),
        runs("a", 80, events=(1,), window=True),
        runs("a", 20, events=(1,), errors=(7,), window=True),
        texts={7: "order * is locked"},
    )
    assert suspects[0].evidence[0]["why"] == "work failed: order * is locked (20 of 100 runs, 0 of 100 before)"


def test_an_error_that_was_as_frequent_before_is_none():
    before = runs("a", 100), runs("a", 50, errors=(7,))
    assert ranked(*before, runs("a", 20, window=True), runs("a", 10, errors=(7,), window=True)) == []


def test_a_caller_that_only_reports_the_error_of_another_system_is_discounted():
    shapes = [runs(system, 50) for system in ("front", "back")]
    shapes += [runs(system, 50, errors=(number,), window=True) for number, system in enumerate(("front", "back"), 1)]
    calls = {Sample(f"tw{number}", "back-work"): ("front-work", "back") for number in range(32)}
    calls |= {Sample(f"tw{number}", "front-work"): ("0" * 16, "front") for number in range(32)}
    suspects = ranked(*shapes, calls=calls)
    assert names(suspects) == ["back"]


def test_spans_that_name_each_other_as_parents_end_the_walk():
    shapes = [runs("a", 50), runs("a", 50, errors=(1,), window=True)]
    calls = {Sample("tw0", "a-work"): ("x", "a"), Sample("tw0", "x"): ("a-work", "b")}
    assert names(ranked(*shapes, calls=calls)) == ["a"]


def test_equal_scores_are_ordered_by_name():
    shapes = [runs(system, 40, window=now, took_ms=40.0 if now else 10.0) for system in "ba" for now in (False, True)]
    assert names(ranked(*shapes)) == ["a", "b"]
