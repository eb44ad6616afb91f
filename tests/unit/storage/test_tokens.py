"""Tokens: what is kept of them, when they are good, and what happens when nobody can be asked."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import text

from core.access import INGEST, Scope
from core.errors import ConfigError, PermanentError
from storage.state import open_state
from storage.token_watch import TokenWatch
from storage.tokens import TokenBook, TokensUnavailableError, UnknownTokenError, issue


@pytest.fixture
def state(tmp_path):
    engine = open_state(tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture
def book(state):
    return TokenBook(state)


@pytest.fixture
def watch(book, clock):
    watch = TokenWatch(book, clock, refresh_s=3600)
    watch.refresh()
    return watch


def made(book, clock, scopes=INGEST, sources=(), expires_in=None):
    token, secret = issue("erp", scopes, sources, clock.now(), expires_in)
    book.add(token)
    return token, secret


def test_the_secret_is_nowhere_in_the_state_store(book, clock, tmp_path):
    _, secret = made(book, clock)
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"erp" in kept
    assert secret.encode() not in kept
    assert secret[-43:].encode() not in kept


def test_a_token_comes_back_as_it_was_made(book, clock):
    token, _ = made(book, clock, {Scope.TRACES}, ["sap-*"], timedelta(days=90))
    assert book.tokens() == [token]
    assert token.expires_at == clock.now() + timedelta(days=90)


def test_two_tokens_of_one_name_are_good_side_by_side(book, clock, watch):
    secrets = [made(book, clock)[1] for _ in range(2)]
    watch.refresh()
    assert {watch.judge(secret).name for secret in secrets} == {"erp"}


def test_every_other_spelling_of_a_token_is_unknown(book, clock, watch):
    token, secret = made(book, clock)
    watch.refresh()
    watch.judge(secret)
    wrong = secret[:-1] + ("A" if secret[-1] != "A" else "B")
    for text_ in ("", "x", wrong, secret + "A", secret[:-1], f"wl_{token.id}_", secret.upper(), f" {secret}"):
        with pytest.raises(UnknownTokenError):
            watch.judge(text_)


def test_a_revoked_token_ends_and_stays_listed(book, clock, watch):
    token, secret = made(book, clock)
    watch.refresh()
    watch.judge(secret)
    book.revoke(token.id, clock.now())
    watch.refresh()
    with pytest.raises(UnknownTokenError):
        watch.judge(secret)
    assert [kept.revoked_at for kept in book.tokens()] == [clock.now()]


def test_a_token_expires_by_the_clock_alone(book, clock, watch):
    _, secret = made(book, clock, expires_in=timedelta(hours=1))
    watch.refresh()
    clock.advance(3599)
    watch.judge(secret)
    clock.advance(1)
    with pytest.raises(UnknownTokenError):
        watch.judge(secret)
    assert watch.live_tokens() == []


def test_last_use_is_coarse(book, clock, watch):
    _, secret = made(book, clock)
    watch.refresh()
    first = clock.now()
    for _ in range(3):
        watch.judge(secret)
        watch.refresh()
        watch.refresh()
        clock.advance(60)
    assert [token.last_used_at for token in book.tokens()] == [first]
    clock.advance(240)
    watch.judge(secret)
    watch.refresh()
    assert [token.last_used_at for token in book.tokens()] == [clock.now()]


def test_a_lost_state_store_is_nobodys_fault(book, clock, watch, state):
    _, secret = made(book, clock)
    watch.refresh()
    lose(state)
    with pytest.raises(TokensUnavailableError):
        watch.refresh()
    assert watch.judge(secret).name == "erp"  # the copy is still fresh
    with pytest.raises(TokensUnavailableError):
        watch.judge(issue("new", INGEST, (), clock.now())[1])  # made meanwhile elsewhere, for all we know
    assert [state.ok for state in watch.health()] == [False]


def test_an_old_copy_judges_nobody(book, clock, state):
    _, secret = made(book, clock)
    watch = TokenWatch(book, clock, stale_after_s=0.0)
    with pytest.raises(TokensUnavailableError):
        watch.judge(secret)
    watch.refresh()
    time.sleep(0.01)
    with pytest.raises(TokensUnavailableError):
        watch.judge(secret)


def lose(state):
    with state.begin() as connection:
        connection.execute(text("ALTER TABLE tokens RENAME TO lost"))


def test_a_running_watch_sees_what_another_process_does(tmp_path, clock):
    here, there = open_state(tmp_path), open_state(tmp_path)
    watch = TokenWatch(TokenBook(here), clock, refresh_s=0.01)
    watch.start()
    try:
        token, secret = made(TokenBook(there), clock)
        until(lambda: bool(watch.live_tokens()))
        assert watch.judge(secret).may(Scope.TRACES)
        TokenBook(there).revoke(token.id, clock.now())
        until(lambda: not watch.live_tokens())
        with pytest.raises(UnknownTokenError):
            watch.judge(secret)
    finally:
        watch.stop(5)
        here.dispose()
        there.dispose()


def until(is_so):
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_token_of_this_process_is_in_no_table(book, watch):
    secret = watch.issue_own("estate", INGEST)
    assert watch.judge(secret).may(Scope.EVENTS)
    assert not watch.judge(secret).may(Scope.READ)
    assert book.tokens() == []


@pytest.mark.parametrize("name", ["", " a", "a\nb", "x" * 101, "<b>"])
def test_a_name_is_plain(name, clock):
    with pytest.raises(ConfigError):
        issue(name, INGEST, (), clock.now())


def test_a_token_has_a_scope_and_a_future(clock):
    with pytest.raises(ConfigError):
        issue("erp", (), (), clock.now())
    with pytest.raises(ConfigError):
        issue("erp", INGEST, (), clock.now(), timedelta(0))


def test_what_is_not_there_cannot_be_revoked(book, clock):
    with pytest.raises(PermanentError):
        book.revoke("000000000000", clock.now())


def test_a_token_is_revoked_by_its_name_while_only_one_in_use_has_it(book, clock):
    made(book, clock)
    book.revoke("erp", clock.now())
    second, _ = made(book, clock)
    assert book.revoke("erp", clock.now()).id == second.id
    assert all(token.revoked_at for token in book.tokens())
    third, _ = made(book, clock)
    fourth, _ = made(book, clock)
    with pytest.raises(PermanentError, match="2 tokens are called 'erp'") as refused:
        book.revoke("erp", clock.now())
    assert third.id in str(refused.value)
    assert fourth.id in str(refused.value)
    assert book.revoke(third.id, clock.now()).id == third.id
