"""
`max_transactions` counts the separate transactions there would be without a value. An oracle that knows all evidence
at once says which values have too many; ticks find the same, whatever came when.
"""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runbooks import load_catalog
from tests.integration.correlate.conftest import Line
from tests.integration.correlate.test_correlate_order import LONG, PROFILE
from tests.integration.evidence import Event, Span, trace_id

CATALOG = """
kind: Identifier
name: alpha
attributes: [alpha]
max_transactions: 2
---
kind: Identifier
name: beta
attributes: [beta]
max_transactions: 2
---
kind: Identifier
name: gamma
attributes: [gamma]
max_transactions: 3
"""
LIMITS = {"alpha": 2, "beta": 2, "gamma": 3}
EXAMPLES = settings(PROFILE, max_examples=40 if LONG else 3)


@pytest.fixture(scope="module")
def narrow(tmp_path_factory):
    folder = tmp_path_factory.mktemp("narrow")
    (folder / "estate.yaml").write_text(CATALOG, encoding="utf-8")
    return load_catalog([folder])


@pytest.fixture
def line(correlate_store, narrow):
    line = Line(correlate_store, narrow)
    line.reset()
    return line


@dataclass(frozen=True)
class Unit:
    """One trace or one event: the values it carries and the traces it links to."""

    name: str
    values: frozenset[tuple[str, str]] = frozenset()
    traced: bool = True
    links: tuple[str, ...] = ()

    def evidence(self):
        attributes = dict(self.values)
        if self.traced:
            return Span(self.name, "s", attributes=attributes, links=tuple((other, "s") for other in self.links))
        return Event(self.name, attributes=attributes)


def unit(name, *, traced=True, links=(), **values):
    return Unit(name, frozenset(values.items()), traced, tuple(links))


def classes(nodes, joins):
    """Return the connected classes of *nodes* under *joins*, sets of nodes."""
    found = [frozenset([node]) for node in nodes]
    for join in joins:
        touched = [group for group in found if group & set(join)]
        if len(touched) > 1:
            found = [*(group for group in found if group not in touched), frozenset().union(*touched)]
    return found


class Oracle:
    """What there would be, from all evidence at once."""

    def __init__(self, units):
        self.units = {each.name: each for each in units}
        self.carriers = {}
        for each in units:
            for value in each.values:
                self.carriers.setdefault(value, set()).add(each.name)
        targets = {other for each in units for other in each.links}
        self.links = [{each.name for each in units if other in {each.name, *each.links}} for other in targets]
        self.suspects = {value for value, names in self.carriers.items() if len(names) > LIMITS[value[0]]}
        self.atoms = self.parts(self.suspects)
        self.quarantined = self.judge()

    def parts(self, without):
        return classes(self.units, [*self.links, *(n for value, n in self.carriers.items() if value not in without)])

    def nameless(self, atom):
        return all(self.units[name].values <= self.suspects for name in atom)

    def separate(self, value, quarantined):
        """Count what carries *value* when nothing of *quarantined* is followed."""
        parts = [
            part for part in self.parts(quarantined) if part & self.carriers[value] and self.counts(part, quarantined)
        ]
        joins = []
        for other in self.suspects - {value}:
            atoms = [
                a for a in self.atoms if a & self.carriers[value] and a & self.carriers[other] and self.nameless(a)
            ]
            joins.append({part for part in parts for atom in atoms if atom <= part})
        return len(classes(parts, joins))

    def counts(self, part, quarantined):
        return any(self.units[name].traced or self.units[name].values - quarantined for name in part)

    def judge(self):
        quarantined = set(self.suspects)
        while True:
            enough = {v for v in quarantined if self.separate(v, quarantined) <= LIMITS[v[0]]}
            if not enough:
                return quarantined
            quarantined -= enough


def found(line):
    rows = line.store.rows("SELECT type, value FROM quarantined_values FINAL")
    return {(row["type"], row["value"]) for row in rows}


def stored_parts(line, units):
    """Return the transactions as sets of names of units."""
    rows = line.store.rows(
        "SELECT arraySort(groupUniqArray((hex(o.trace_id), o.event_id))) AS keys"
        " FROM (SELECT transaction_id, unit_id FROM transaction_units FINAL) AS u"
        " INNER JOIN (SELECT unit_id, trace_id, event_id FROM observations) AS o ON o.unit_id = u.unit_id"
        " GROUP BY u.transaction_id"
    )
    names = {(trace_id(each.name).hex().upper(), "") if each.traced else ("0" * 32, each.name): each for each in units}
    return {frozenset(names[key].name for key in map(tuple, row["keys"])) for row in rows}


def parts(line):
    """Return the numbers of units of the transactions."""
    rows = line.store.rows("SELECT uniqExact(unit_id) AS n FROM transaction_units FINAL GROUP BY transaction_id")
    return sorted(row["n"] for row in rows)


def assert_right(line, units):
    oracle = Oracle(units)
    assert found(line) == oracle.quarantined, units
    assert stored_parts(line, units) == set(oracle.parts(oracle.quarantined))


def after(line, *parts):
    for number, part in enumerate(parts):
        line.deliver(*(each.evidence() for each in part))
        line.tick(100 + number)
    return found(line)


def traces(count, first=0, **values):
    return [unit(f"t{n}", **values) for n in range(first, first + count)]


def test_many_traces_with_the_value_and_nothing_else_are_too_many(line):
    assert after(line, traces(4, gamma="G")) == {("gamma", "G")}


def test_links_that_join_its_carriers_leave_one_transaction(line):
    chain = [unit(f"t{n}", gamma="G", links=[f"t{n - 1}"] if n else []) for n in range(8)]
    assert after(line, chain) == set()
    assert parts(line) == [8]


def test_a_chain_of_other_values_leaves_one_transaction(line):
    chain = [unit(f"t{n}", gamma="G", **{("alpha", "beta")[n % 2]: f"k{n // 2}"}) for n in range(8)]
    joints = [unit(f"j{n}", beta=f"k{n}", alpha=f"k{n + 1}") for n in range(3)]
    ends = [unit(f"e{n}", alpha=f"k{n}", beta=f"k{n}") for n in range(4)]
    units = [*chain, *joints, *ends]
    after(line, units)
    assert_right(line, units)


def test_a_third_value_that_comes_later_gives_the_value_back(line):
    apart = [unit(f"t{n}", gamma="G", alpha=f"a{n}") for n in range(4)]
    assert after(line, apart) == {("gamma", "G")}
    joint = [unit("j", alpha="a0", links=["t1"])]
    assert after(line, joint) == set()
    assert parts(line) == [5]


def test_its_carriers_joined_where_it_is_not_carried_give_the_value_back(line):
    apart = [unit(f"t{n}", gamma="G", alpha=f"a{n}") for n in range(4)]
    beside = [unit("u0", alpha="a0"), unit("u1", alpha="a1")]
    assert after(line, apart, beside) == {("gamma", "G")}
    joint = [unit("j", beta="x", links=["u0"]), unit("k", beta="x", links=["u1"])]
    assert after(line, joint) == set()


def test_two_values_that_join_the_same_named_transactions_are_both_too_many(line):
    units = [unit(f"t{n}", gamma="G", beta="B", alpha=f"a{n}") for n in range(5)]
    assert after(line, units) == {("gamma", "G"), ("beta", "B")}
    assert parts(line) == [1] * 5


def test_two_values_that_nothing_but_each_other_tells_apart_are_one_transaction(line):
    assert after(line, traces(5, gamma="G", beta="B")) == set()
    assert parts(line) == [5]


def test_two_values_kept_apart_until_now_that_always_come_together_are_followed_again(line):
    assert after(line, traces(4, gamma="G"), traces(4, first=4, beta="B")) == {("gamma", "G"), ("beta", "B")}
    both = [Span(f"t{n}", "again", 1, parent="s", attributes={"gamma": "G", "beta": "B"}) for n in range(8)]
    line.deliver(*both)
    line.tick(200)
    assert found(line) == set()
    assert len(line.rows()) == 1


def test_a_value_whose_neighbour_is_quarantined_is_not_hidden_behind_it(line):
    units = [unit(f"t{n}", gamma="G", alpha=f"a{n}") for n in range(3)]
    units += [unit(f"u{n}", gamma="G", alpha="A", beta=f"b{n}") for n in range(4)]
    after(line, units)
    assert_right(line, units)
    assert ("alpha", "A") in found(line)


def test_events_that_only_the_value_names_are_no_reason(line):
    assert after(line, [unit(f"e{n}", traced=False, gamma="G") for n in range(9)]) == set()
    assert parts(line) == [9]


def test_a_large_number_of_stored_carriers_is_asked_by_sample(line):
    many = [unit(f"t{n}", alpha=f"x{n}", gamma="G") for n in range(600)]
    assert after(line, many) == {("gamma", "G")}
    asked = "SELECT value FROM system.events WHERE event = 'SelectedRows'"
    before = line.store.value(asked)
    assert after(line, [unit("more", gamma="G", alpha="more")]) == {("gamma", "G")}
    assert line.store.value("SELECT count() FROM quarantine_carriers FINAL") == 601
    assert line.store.value(asked) - before < 20_000


def test_a_transaction_that_looks_the_same_but_consists_of_other_units_is_stored_anew(line):
    both = [unit("t2", gamma="G", alpha="A"), unit("t4", beta="B", gamma="G", alpha="A"), unit("t5", beta="B")]
    others = [unit("t0", beta="B", alpha="A"), unit("t1", gamma="H"), unit("t3", beta="B", gamma="H")]
    after(line, both, others)
    assert_right(line, both + others)


VALUES = st.sampled_from(["1", "1", "2"])


@st.composite
def estates(draw):
    units = []
    for number in range(draw(st.integers(4, 11))):
        values = {kind: draw(VALUES) for kind in LIMITS if draw(st.integers(0, 2))}
        if draw(st.integers(0, 3)) == 0:
            values["beta"] = f"own{number}"
        traced = draw(st.integers(0, 4)) > 0
        links = draw(st.lists(st.sampled_from([f"t{n}" for n in range(11)]), max_size=1)) if traced else []
        links = links if draw(st.integers(0, 3)) == 0 else []
        units.append(unit(f"t{number}" if traced else f"e{number}", traced=traced, links=links, **values))
    return units


def placed(each, number):
    return Unit(
        f"{number}-{each.name}",
        frozenset((kind, f"{number}-{value}") for kind, value in each.values),
        each.traced,
        tuple(f"{number}-{other}" for other in each.links),
    )


@EXAMPLES
@given(st.lists(estates(), min_size=6, max_size=12), st.data())
def test_ticks_quarantine_what_the_oracle_does_whatever_came_when(line, found_estates, data):
    units = [placed(each, number) for number, estate in enumerate(found_estates) for each in estate]
    parts = [[] for _ in range(4)]
    for each in units:
        parts[data.draw(st.integers(0, 3))].append(each)
    line.reset()
    after(line, *(part for part in parts if part))
    assert_right(line, units)
