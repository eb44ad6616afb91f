"""What the engine reads of a file in memory, and what stays of it."""

import os
from pathlib import Path

from core.memory_file import MemoryFile


def test_a_memory_file_holds_only_what_it_was_filled_with_last():
    file = MemoryFile()
    for pieces in ([b"a" * 9_000, b"b"], [b"cd"], [], [memoryview(b"e"), b"fgh"]):
        with file.filled(pieces) as path:
            assert Path(path).read_bytes() == b"".join(pieces)


def test_a_memory_file_takes_more_pieces_than_one_call_of_the_system_does():
    pieces = [b"%d," % number for number in range(2_500)]
    with MemoryFile().filled(pieces) as path:
        assert Path(path).read_bytes() == b"".join(pieces)


def test_what_a_call_of_the_system_left_over_is_written_by_the_next(monkeypatch):
    real = os.writev
    monkeypatch.setattr(os, "writev", lambda descriptor, pieces: real(descriptor, [b"".join(pieces)[:3]]))
    with MemoryFile().filled([b"ab", b"cdef", b"g"]) as path:
        assert Path(path).read_bytes() == b"abcdefg"


def test_a_memory_file_in_use_is_not_written_over():
    file = MemoryFile()
    with file.filled([b"outer"]) as outer, file.filled([b"in"]) as inner:
        file.clear()
        assert (Path(outer).read_bytes(), Path(inner).read_bytes()) == (b"outer", b"in")


def test_a_cleared_memory_file_is_gone_and_can_be_filled_again():
    file = MemoryFile()
    with file.filled([b"secret"]) as path:
        held = Path(path).resolve()
    file.clear()
    assert not Path(path).exists() or Path(path).resolve() != held
    with file.filled([b"again"]) as path:
        assert Path(path).read_bytes() == b"again"


def test_what_is_written_is_all_that_is_read_also_where_more_stood_before():
    file = MemoryFile()
    for text in (b"a" * 9_000, b"", b"bc"):
        with file.written(lambda sink, text=text: sink.write(text)) as path:
            assert Path(path).read_bytes() == text


def test_no_more_is_kept_than_is_allowed():
    file = MemoryFile(most_bytes=4_096)
    with file.filled([b"a" * 100_000]) as path:
        held = Path(path).stat()
    assert held.st_size == 100_000
    assert Path(path).stat().st_size == 4_096
