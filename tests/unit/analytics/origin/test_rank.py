from analytics.origin.rank import rank_systems

STEP = {
    "n_window": 100, "n_baseline": 100, "p90_window_ms": 10.0, "p90_baseline_ms": 10.0, "errors_window": 0,
    "errors_baseline": 0, "slowest": ("t", "s"), "failing": ("t", "f"),
}  # fmt: skip
LOG = {"severity_number": 9, "n_window": 50, "n_baseline": 50, "sample": ("t", "s"), "template": "order * created"}


def step(system, **given):
    return STEP | {"system": system, "name": f"{system}-op"} | given


def log(system, **given):
    return LOG | {"system": system} | given


def test_what_did_not_change_is_no_suspect():
    assert rank_systems([step("a"), step("b")], [log("a")]) == []


def test_the_step_that_slowed_down_most_leads():
    ranked = rank_systems([step("a", p90_window_ms=20.0), step("b", p90_window_ms=200.0)], [])
    assert [suspect.system for suspect in ranked] == ["b", "a"]
    assert ranked[0].evidence[0]["kind"] == "self_time"
    assert ranked[0].evidence[0]["span_id"] == "s"


def test_a_step_that_was_never_seen_before_is_not_called_slow():
    assert rank_systems([step("a", n_baseline=0, p90_baseline_ms=0.0)], []) == []


def test_errors_of_its_own_make_a_suspect():
    ranked = rank_systems([step("a", errors_window=20)], [])
    assert ranked[0].evidence[0]["why"] == "a-op: 20 of 100 failed by themselves"


def test_new_error_logs_and_vanished_templates_speak_too():
    ranked = rank_systems(
        [step("a"), step("b")],
        [log("a", severity_number=17, n_baseline=0, n_window=30), log("b", n_window=0, n_baseline=80)],
    )
    assert {suspect.system: suspect.evidence[0]["kind"] for suspect in ranked} == {
        "a": "error_log",
        "b": "vanished_log",
    }


def test_less_traffic_is_no_vanished_log():
    steps = [step("a", n_window=10, n_baseline=1_000)]
    assert rank_systems(steps, [log("a", n_window=1, n_baseline=80)]) == []


def test_equal_scores_are_ordered_by_name():
    ranked = rank_systems([step("b", p90_window_ms=40.0), step("a", p90_window_ms=40.0)], [])
    assert [suspect.system for suspect in ranked] == ["a", "b"]
