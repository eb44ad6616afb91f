from itertools import pairwise

from wayline.estate.episodes import SHORT_RUN_NS, Episodes
from wayline.estate.telemetry import NS_PER_S
from wayline.estate.trouble import NEVER_NS

HOUR_NS = 3_600 * NS_PER_S


def covered(episodes, start_ns, hours):
    return [minute for minute in range(hours * 60) if episodes.active(start_ns + minute * 60 * NS_PER_S)]


def test_an_episode_starts_and_ends_inside_every_hour_of_a_long_run(start_ns):
    minutes = covered(Episodes(1, ("erp_errors",), start_ns, None), start_ns, 6)
    for hour in range(6):
        inside = [minute for minute in minutes if minute // 60 == hour]
        assert 5 <= len(inside) <= 16


def test_episodes_are_the_same_for_the_same_seed(start_ns):
    same = [covered(Episodes(5, ("saas_down",), start_ns, None), start_ns, 12) for _ in range(2)]
    other = covered(Episodes(6, ("saas_down",), start_ns, None), start_ns, 12)
    assert same[0] == same[1] != other


def test_a_short_run_has_one_episode_of_each_fault(start_ns):
    end_ns = start_ns + 60 * NS_PER_S
    episodes = Episodes(3, ("erp_errors",), start_ns, end_ns)
    on = [bool(episodes.active(start_ns + second * NS_PER_S)) for second in range(60)]
    assert 30 <= sum(on) <= 50
    assert sum(before != after for before, after in pairwise(on)) <= 2


def test_a_source_is_silent_throughout_a_short_run(start_ns):
    end_ns = start_ns + 60 * NS_PER_S
    episodes = Episodes(3, ("silent_source",), start_ns, end_ns)
    assert episodes.silent_until("cabinet-gateway", start_ns) == NEVER_NS
    assert episodes.silent_until("supplier-network", start_ns) is None
    assert episodes.silent_until("erp-finance", start_ns) is None


def test_a_source_falls_silent_and_speaks_again_in_a_long_run(start_ns):
    episodes = Episodes(3, ("silent_source",), start_ns, None)
    ends = {
        episodes.silent_until("cabinet-gateway", start_ns + minute * 60 * NS_PER_S) for minute in range(24 * 60)
    } - {None}
    assert len(ends) == 12
    assert NEVER_NS not in ends


def test_without_the_fault_every_source_is_heard(start_ns):
    assert Episodes(3, (), start_ns, start_ns + SHORT_RUN_NS - 1).silent_until("cabinet-gateway", start_ns) is None
