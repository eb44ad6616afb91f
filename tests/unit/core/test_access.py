"""Rights of a credential, and whose name stands under a deed."""

import contextvars

import pytest

from core.access import (
    INGEST,
    LOCAL,
    Actor,
    NotAllowedError,
    Scope,
    current_actor,
    in_address,
    require,
    set_actor,
    signed,
)


def acting(actor, deed):
    """Run *deed* as *actor*, in a context of its own."""

    def run():
        set_actor(actor)
        return deed()

    return contextvars.copy_context().run(run)


@pytest.mark.parametrize(
    ("host", "written"), [("::1", "[::1]"), ("127.0.0.1", "127.0.0.1"), ("wayline.test", "wayline.test")]
)
def test_a_host_is_written_as_addresses_want(host, written):
    assert in_address(host) == written


def test_operate_includes_read_and_nothing_includes_operate():
    assert Actor("a", frozenset({Scope.OPERATE})).may(Scope.READ)
    assert not Actor("a", frozenset({Scope.READ, *INGEST})).may(Scope.OPERATE)
    assert not Actor("a", frozenset({Scope.OPERATE})).may(Scope.TRACES)


def test_a_deed_without_the_right_is_refused_with_what_to_do():
    with pytest.raises(NotAllowedError, match="--scope operate"):
        acting(Actor("a", frozenset({Scope.READ})), lambda: require(Scope.OPERATE))
    assert acting(Actor("a", frozenset({Scope.OPERATE})), lambda: require(Scope.OPERATE)).name == "a"
    assert require(Scope.OPERATE) is LOCAL
    assert current_actor() is LOCAL


def test_a_deed_bears_the_token_beside_the_name_that_was_given():
    assert signed("bob") == "bob"
    ann = Actor("ann", frozenset({Scope.OPERATE}))
    assert acting(ann, lambda: signed("bob")) == "bob (ann)"
    assert acting(ann, lambda: signed("ann")) == "ann"


def test_sources_are_globs_and_none_means_any():
    bound = Actor("a", frozenset(INGEST), ("sap-*", "/erp"))
    assert bound.speaks_for("sap-pi")
    assert bound.speaks_for("/erp")
    assert not bound.speaks_for("SAP-PI")
    assert not bound.speaks_for("")
    assert Actor("a", frozenset(INGEST)).speaks_for("anything")
