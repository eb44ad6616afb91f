from wayline.estate.incidents import Incidents
from wayline.estate.telemetry import NS_PER_S

MINUTE_NS = 60 * NS_PER_S


def incidents_at(schedule: Incidents, at_ns: int) -> list[str]:
    return [episode.fault.name for episode in schedule.active(at_ns) if episode.system]


def test_one_incident_is_under_way_when_the_live_part_starts(start_ns):
    for seed in range(20):
        assert len(incidents_at(Incidents(seed, start_ns), start_ns)) == 1


def test_four_hours_hold_three_earlier_incidents_of_different_kinds(start_ns):
    schedule = Incidents(2, start_ns)
    earlier = {
        (episode.number, episode.system)
        for minute in range(6, 4 * 60)
        for episode in schedule.active(start_ns - minute * MINUTE_NS)
        if episode.system
    }
    assert len(earlier) == 3
    assert len({system for _, system in earlier}) == 3


def test_most_of_the_time_only_the_quiet_background_is_at_work(start_ns):
    schedule = Incidents(5, start_ns)
    minutes = [start_ns + minute * MINUTE_NS for minute in range(24 * 60)]
    calm = [at_ns for at_ns in minutes if not incidents_at(schedule, at_ns)]
    assert len(calm) > 0.7 * len(minutes)
    background = sum(episode.weight for episode in schedule.active(calm[0]) if episode.fault.places)
    assert background < 0.005


def test_a_declared_source_falls_silent_for_minutes_every_few_hours(start_ns):
    schedule = Incidents(5, start_ns)
    silences = {
        (system, until)
        for minute in range(24 * 60)
        for system in ("cabinet-gateway", "supplier-network")
        if (until := schedule.silent_until(system, start_ns + minute * MINUTE_NS)) is not None
    }
    assert 4 <= len(silences) <= 6
    assert len({until for _, until in silences}) == len(silences)
