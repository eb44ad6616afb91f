from analytics.origin.paths import Path, shared_systems
from analytics.origin.rank import rank_systems

PATHS = [
    Path(("gw", "mw", "erp"), False, 200, "ok-1"),
    Path(("gw", "mw", "vault"), True, 20, "bad-1"),
    Path(("gw", "vault"), True, 10, "bad-2"),
    Path(("gw", "mw", "vault", "erp"), False, 2, "ok-2"),
]


def test_the_system_on_all_failing_paths_and_few_healthy_ones_leads():
    suspects = rank_systems([], {}, {}, {}, shared_systems(PATHS))
    assert suspects[0].system == "vault"
    assert suspects[0].evidence[0]["transaction_id"] == "bad-1"
    assert suspects[0].evidence[0]["why"] == (
        "30 of 32 transactions that passed it are in trouble, 0 of 200 that did not"
    )


def test_a_system_that_every_transaction_passes_is_no_suspect_when_few_fail():
    healthy = [Path(("gw", "mw"), False, 500, "ok"), Path(("gw", "mw"), True, 5, "bad")]
    assert all(shared.surprise < 10 for shared in shared_systems(healthy).values())
    assert shared_systems([]) == {}
