from collector.segment_ids import SegmentIds

NOW_NS = 1_795_000_000_000_000_000


def test_collectors_that_open_segments_in_the_same_nanosecond_name_them_differently():
    ids = {SegmentIds(0).next(NOW_NS) for _ in range(20)}
    assert len(ids) == 20


def test_ids_ascend_while_the_clock_stands_or_goes_back():
    ids = SegmentIds(0, drawn=7)
    given = [ids.next(now_ns) for now_ns in (NOW_NS, NOW_NS, NOW_NS - 10**12, NOW_NS + 10**12)]
    assert given == sorted(set(given))
    assert {one & 0xFFFFFF for one in given} == {7}


def test_ids_go_on_above_those_of_the_folder_whatever_was_drawn_before():
    """Folders of earlier versions hold plain nanoseconds."""
    for last_id in (NOW_NS, NOW_NS | 0xFFFFFF):
        assert SegmentIds(last_id, drawn=0).next(NOW_NS - 5) > last_id


def test_an_id_fits_the_column_until_the_end_of_the_clock():
    assert SegmentIds(0).next(2**63 - 1) < 2**63
