"""Kill, or fail, a process at its k-th system call of a kind: `strace` attached to a `victim`."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

VICTIM = Path(__file__).with_name("victim.py")


class Life:
    """One life of the victim, from start to death or stop."""

    def __init__(self, folder: Path, strategy: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._errors = (folder / "stderr").open("a")
        self.process = subprocess.Popen(
            [sys.executable, str(VICTIM), str(folder), strategy],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            cwd=folder,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(Path.cwd())},
        )
        assert self._read() is not None, f"did not start: {(folder / 'stderr').read_text()[-2000:]}"

    def _read(self) -> dict | None:
        while line := self.process.stdout.readline():
            if line.startswith("{"):
                return json.loads(line)
        return None

    def ask(self, command: str) -> dict | None:
        """Return the answer, None when the process died over it."""
        try:
            self.process.stdin.write(f"{command}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return None
        return self._read()

    @contextmanager
    def traced(self, *options: str) -> Iterator[None]:
        """Attach `strace` with *options* to every thread of the process."""
        if shutil.which("strace") is None:
            self.end()
            pytest.skip("strace is not installed")
        tracer = subprocess.Popen(
            ["strace", "-f", *options, "-p", str(self.process.pid)], stderr=subprocess.PIPE, text=True
        )
        said = tracer.stderr.readline()
        assert "attached" in said, f"strace may not attach here: {said}"
        try:
            yield
        finally:
            tracer.kill()  # the traced go on; asked politely it may wait for the dead
            tracer.stderr.close()
            tracer.wait(20)

    def end(self) -> None:
        with suppress(BrokenPipeError):  # what a dead process did not read is flushed once more
            self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()
        self._errors.close()


@dataclass
class Oracle:
    """What clients were told, against what is there."""

    acknowledged: set[str] = field(default_factory=set)
    attempted: set[str] = field(default_factory=set)

    def lost(self, there: Counter[str]) -> set[str]:
        return {name for name in self.acknowledged if not there[name]}

    def doubled(self, there: Counter[str]) -> set[str]:
        return {name for name, copies in there.items() if copies > 1}

    def spurious(self, there: Counter[str]) -> set[str]:
        return there.keys() - self.attempted


def inject(syscall: str, number: int | str, fault: str = "signal=SIGKILL") -> tuple[str, ...]:
    """Return options of `strace`: *fault* at the *number*-th *syscall* of a thread (``2+``: from the second on)."""
    return ("-e", f"trace={syscall}", "-e", f"inject={syscall}:{fault}:when={number}", "-o", os.devnull)


def live_and_die(
    folder: Path, strategy: str, script: Sequence[str], kills: Sequence[tuple[str, int]], each: int = 4
) -> tuple[Oracle, dict, list[tuple[str, int]]]:
    """
    Live once for each of *kills* on one folder: run *script*, in which ``append`` sends *each* new requests, and die.

    Returns:
        What was acknowledged; the state after a last undisturbed life; the kills whose system call was never reached.
    """
    oracle, survived = Oracle(), []
    for number, (syscall, count) in enumerate(kills):
        life = Life(folder, strategy)
        with life.traced(*inject(syscall, count)):
            _run(life, script, f"{number}", each, oracle)
        if life.process.poll() is None and life.ask("stop") is not None:
            survived.append((syscall, count))
        life.end()
    last = Life(folder, strategy)
    state = last.ask("state")
    last.ask("stop")
    last.end()
    return oracle, state, survived


def _run(life: Life, script: Sequence[str], name: str, each: int, oracle: Oracle) -> None:
    for step, command in enumerate(script):
        words = command
        if command == "append":
            words = f"append {name}.{step} {each}"
            sent = {f"{name}.{step}/{item}" for item in range(each)}
            oracle.attempted |= sent
        answer = life.ask(words)
        if answer is None:
            return
        if "acknowledged" in answer:
            oracle.acknowledged |= sent
