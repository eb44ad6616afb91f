from tests.integration.evidence import Event, Span, trace_id

COUNT = 20


def batch(failing=()):
    yield Span("b", "root", 0, 5, name="consume batch", kind=5)
    for n in range(COUNT):
        key = {"correlation.id": f"c{n:03}", "business.flow": "order", "business.milestone": "paid"}
        yield Span("b", f"item{n}", n * 0.01, parent="root", attributes=key, error=n in failing)
        yield Span("b", f"call{n}", n * 0.01, parent=f"item{n}", kind=3)


def test_a_batch_is_a_parent_with_children_of_its_own(line):
    line.deliver(*batch(failing={3, 5, 7}))
    line.tick(100)
    children = line.rows("flow = 'order'")
    assert len(children) == COUNT
    assert {row["observation_count"] for row in children} == {2}
    parent = line.one("flow = ''")
    assert {row["parent_id"] for row in children} == {parent["transaction_id"]}
    assert (parent["child_total"], parent["child_completed"], parent["child_failed"]) == (COUNT, COUNT - 3, 3)
    assert parent["status"] == "failed"
    assert parent["origin_category"] != ""
    assert len(line.holders("trace", trace_id("b").hex())) == COUNT + 1


def test_a_child_that_is_repaired_later_repairs_its_parent(line):
    line.deliver(*batch(failing={3}))
    line.tick(100)
    line.deliver(Event("fix", 40, correlation="c003", flow="order", milestone="paid"))
    line.tick(200)
    parent = line.one("flow = ''")
    assert (parent["status"], parent["child_failed"]) == ("completed", 0)


def test_spans_above_a_single_value_belong_to_it(line):
    line.deliver(
        Span("t", "root"),
        Span("t", "left", parent="root"),
        Span("t", "left2", parent="left", attributes={"correlation.id": "a"}),
        Span("t", "right", parent="root", attributes={"correlation.id": "b"}),
        Span("t", "below", parent="right"),
    )
    line.tick(100)
    found = {row["identifiers"][0]["value"] if row["identifiers"] else "": row for row in line.rows()}
    assert {key: row["observation_count"] for key, row in found.items()} == {"": 1, "a": 2, "b": 2}


def test_evidence_of_a_part_does_not_join_the_others(line):
    line.deliver(*batch(), Event("late", 30, correlation="c001"))
    line.tick(100)
    assert line.one("has(identifiers.value, 'c001')")["observation_count"] == 3


def test_a_link_into_a_batch_joins_the_part_it_points_at(line):
    line.deliver(*batch(), Span("next", "a", 3, kind=5, links=(("b", "call4"),)))
    line.tick(100)
    assert line.one("has(identifiers.value, 'c004')")["observation_count"] == 3
    assert len(line.rows()) == COUNT + 1


def test_the_order_in_which_a_batch_arrives_does_not_matter(line):
    spans = list(batch(failing={1}))
    for number, part in enumerate((spans[25:], spans[:10], spans[10:25])):
        line.deliver(*part)
        line.tick(100 + number)
    assert len(line.rows("flow = 'order'")) == COUNT
    parent = line.one("flow = ''")
    assert (parent["child_total"], parent["child_failed"]) == (COUNT, 1)


def test_imported_children_have_a_parent_made_of_them(line):
    line.deliver(*(Event(f"e{n}", n, correlation=f"item{n}", parent=("document", "D1")) for n in range(3)))
    line.tick(100)
    parent = line.one("child_total > 0")
    assert parent["child_total"] == 3
    assert line.holders("document", "D1") == [parent["transaction_id"]]
    line.deliver(Event("e9", 9, correlation="item9", parent=("document", "D1")))
    line.tick(200)
    assert line.one("child_total > 0")["child_total"] == 4


def test_a_parent_that_is_seen_after_its_children_adopts_them(line):
    line.deliver(*(Event(f"e{n}", n, correlation=f"item{n}", parent=("po_number", "P1")) for n in range(3)))
    line.tick(100)
    line.deliver(Event("own", 5, attributes={"po_number": "P1"}, flow="order", milestone="paid"))
    line.tick(200)
    parent = line.one("flow = 'order'")
    assert (parent["child_total"], parent["status"]) == (3, "completed")
    assert {row["parent_id"] for row in line.rows("flow = ''")} == {parent["transaction_id"]}
    assert len(line.rows()) == 4


def test_evidence_of_a_part_is_shown_with_that_part_only(line):
    line.deliver(*batch())
    line.tick(100)
    shown = line.store.rows("SELECT transaction_id, count() AS seen FROM transaction_observations GROUP BY 1")
    assert sorted(row["seen"] for row in shown) == [1, *([2] * COUNT)]


def test_parts_without_a_correlation_id_are_told_apart_by_another_value(line):
    def job(trace, known):
        yield Span(trace, "root", attributes={"permit": "BATCH"})
        for n in range(4):
            said = {"po_number": f"PO{n}"} | ({"correlation.id": f"c{n}"} if n in known else {})
            yield Span(trace, f"item{n}", n, parent="root", attributes=said)
            yield Span(trace, f"call{n}", n, parent=f"item{n}")

    line.deliver(*job("first", {0, 1, 2, 3}), *job("half", {0, 1}), *job("one", {2}), *job("none", set()))
    line.tick(100)
    found = {row["identifiers"][0]["value"]: row["observation_count"] for row in line.rows()}
    assert found == {"BATCH": 4, "c0": 8, "c1": 8, "c2": 8, "c3": 8}


def test_spans_of_a_batch_that_go_round_are_shared_context_and_stop_nobody(line):
    line.deliver(
        Span("t", "a", attributes={"correlation.id": "a"}),
        Span("t", "b", attributes={"correlation.id": "b"}),
        Span("t", "below", parent="b"),
        Span("t", "own", parent="own"),
        Span("t", "one", parent="other"),
        Span("t", "other", parent="one"),
    )
    line.tick(100)
    found = {row["identifiers"][0]["value"] if row["identifiers"] else "": row for row in line.rows()}
    assert {key: row["observation_count"] for key, row in found.items()} == {"": 3, "a": 1, "b": 2}


def test_parts_that_only_quarantined_values_tell_apart_keep_ids_of_their_own(line):
    carriers = [Span(f"{name}{n}", "s", n, attributes={"permit": name}) for name in "AB" for n in range(6)]
    line.deliver(
        *carriers,
        Span("t", "root"),
        Span("t", "a", parent="root", attributes={"permit": "A"}),
        Span("t", "b", parent="root", attributes={"permit": "B"}),
    )
    line.tick(100)
    assert [row["observation_count"] for row in line.rows()] == [1] * 15
    assert len(line.holders("trace", trace_id("t").hex())) == 3


def test_a_batch_is_not_done_before_it_is_quiet_though_the_children_seen_so_far_are(line):
    line.deliver(*batch())
    line.tick(10)
    assert line.one("flow = ''")["status"] == "in_progress"
    line.tick(100)
    assert line.one("flow = ''")["status"] == "completed"


def test_spans_that_change_sides_are_shown_with_their_new_part_though_all_totals_stay(line):
    def trace(x, y, lasts):
        yield Span("t", "root", 0, 100)
        for key in "ab":
            yield Span("t", key, 0, 50, parent="root", attributes={"correlation.id": key})
        yield Span("t", "x", 1, lasts, parent=x)
        yield Span("t", "y", 1, lasts, parent=y)

    def shown():
        rows = line.store.rows(
            "SELECT transaction_id, arraySort(groupArray(span_id)) AS spans FROM transaction_observations"
            " GROUP BY transaction_id ORDER BY transaction_id"
        )
        return [row["spans"] for row in rows]

    line.deliver(*trace("a", "b", 5))
    line.tick(1_000)
    before = shown()
    line.deliver(*trace("b", "a", 6))
    line.tick(2_000)
    assert len(shown()) == len(before) == 3
    assert shown() != before


def test_a_part_that_is_called_back_is_not_part_of_the_one_that_it_called(line):
    line.deliver(
        Span("t", "a1", 0, 5, attributes={"correlation.id": "a"}),
        Span("t", "b1", 1, 2, parent="a1", attributes={"correlation.id": "b"}),
        Span("t", "a2", 2, 1, parent="b1", attributes={"correlation.id": "a"}),
    )
    line.tick(100)
    rows = {row["identifiers"][0]["value"]: row for row in line.rows()}
    assert (rows["a"]["parent_id"], rows["b"]["parent_id"]) == ("", rows["a"]["transaction_id"])
