"""A lone request is sealed soon, a stream of them ever less often, until it pauses."""

from collector.seal_pace import SealPace


def seal_repeatedly(pace: SealPace, times: int) -> list[float]:
    """Open a segment whenever the one before was sealed; return the age of each when it was sealed."""
    now_s, ages = 0.0, []
    for _ in range(times):
        due_s = pace.due_s(now_s)
        ages.append(round(due_s - now_s, 6))
        pace.note_sealed(now_s, due_s)
        now_s = due_s
    return ages


def test_the_first_segment_is_sealed_at_the_first_age():
    assert SealPace(0.2, 1.0).due_s(5.0) == 5.2


def test_segments_that_follow_each_other_wait_ever_longer_up_to_the_limit():
    assert seal_repeatedly(SealPace(0.2, 1.0), 6) == [0.2, 0.3, 0.45, 0.675, 1.0, 1.0]


def test_a_pause_longer_than_the_limit_starts_anew():
    pace = SealPace(0.2, 1.0)
    seal_repeatedly(pace, 6)
    assert pace.due_s(20.0) == 20.2


def test_a_pause_shorter_than_the_limit_does_not():
    pace = SealPace(0.2, 1.0)
    pace.note_sealed(0.0, 0.2)
    assert round(pace.due_s(1.1), 6) == 1.4


def test_a_first_age_of_zero_stays_zero():
    assert seal_repeatedly(SealPace(0.0, 1.0), 3) == [0.0, 0.0, 0.0]


def test_a_limit_below_the_first_age_does_not_shorten_it():
    assert seal_repeatedly(SealPace(0.2, 0.0), 2) == [0.2, 0.2]
