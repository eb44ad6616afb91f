"""What is remembered of requests, for how long, in how much memory."""

import hashlib
from pathlib import Path

from collector.resend import ResendWindow

S = 10**9


def digest(number: int) -> bytes:
    return hashlib.sha256(str(number).encode()).digest()[:16]


def window(folder: Path, entries: int = 1_000, window_s: float = 100) -> ResendWindow:
    return ResendWindow(folder, entries=entries, window_s=window_s, now_ns=0)


def test_a_digest_is_known_once_added_and_no_other_is(tmp_path):
    seen = window(tmp_path)
    for number in range(500):
        assert digest(number) not in seen
        seen.add(digest(number), 0)
    assert all(digest(number) in seen for number in range(500))
    assert not any(digest(number) in seen for number in range(500, 1_500))


def test_digests_survive_a_restart(tmp_path):
    seen = window(tmp_path)
    seen.add(digest(1), 0)
    seen.close()
    assert digest(1) in window(tmp_path)


def test_a_digest_is_known_for_the_whole_window_and_forgotten_after_two(tmp_path):
    seen = window(tmp_path)
    seen.add(digest(1), 0)
    seen.add(digest(2), 101 * S)
    assert digest(1) in seen
    seen.add(digest(3), 202 * S)
    assert digest(1) not in seen
    assert digest(2) in seen


def test_memory_is_bounded_and_the_newest_are_kept(tmp_path):
    seen = window(tmp_path, entries=100)
    for number in range(1_000):
        seen.add(digest(number), 0)
    assert all(digest(number) in seen for number in range(900, 1_000))
    assert digest(0) not in seen
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 2 * (100 / 0.6 + 2) * 16 + 100


def test_a_forgotten_digest_leaves_its_neighbours_in_place(tmp_path):
    seen = window(tmp_path, entries=50)
    for number in range(50):
        seen.add(digest(number), 0)
    seen.discard(digest(7))
    assert digest(7) not in seen
    assert all(digest(number) in seen for number in range(50) if number != 7)


def test_another_size_begins_anew(tmp_path):
    seen = window(tmp_path, entries=50)
    seen.add(digest(1), 0)
    seen.close()
    assert digest(1) not in window(tmp_path, entries=70)
