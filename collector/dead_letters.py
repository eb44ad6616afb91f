"""
Requests that were acknowledged and cannot be stored: kept encrypted, with the reason, until someone acts.

The folder has a quota. When it is used up, nothing is thrown away: what is to be buried next stays in the spool, whose
own marks then ask the clients to wait.
"""

import os
import secrets
import threading
from dataclasses import dataclass
from pathlib import Path

import orjson
from cryptography.exceptions import InvalidTag

from collector.keys import SpoolKey, sync_folder
from collector.signals import Signal
from core.errors import PermanentError, TransientError
from core.selfmetrics import DEAD_LETTER_BYTES

_MAGIC = b"WAYDEAD\x02"
_NONCE_BYTES = 12
_LENGTH_BYTES = 4
_ENDING = ".dead"
_UNLIMITED = 2**63


class NoSuchLetterError(PermanentError):
    """There is no dead letter of that id."""


class DamagedLetterError(PermanentError):
    """The bytes of a dead letter are not what was put there, or of no use any more."""


class DeadLettersFullError(TransientError):
    """The quota of the folder is used up; someone has to act on what is in it."""


@dataclass(frozen=True)
class DeadLetter:
    """
    One request in the dead-letter folder.

    Attributes:
        id: Its name, as the commands take it.
        signal: Kind of telemetry.
        reason: Why it could not be stored; a short name, no payload values.
        items: Spans, log records, data points or events in it.
        payload_bytes: Size of the payload.
        received_ns: Unix nanoseconds at which the request was read.
        buried_ns: Unix nanoseconds at which it was put here.
        segment_id: Segment it was in.
        is_readable: False for bytes that were damaged on disk and no longer decrypt: kept as evidence.
    """

    id: str
    signal: Signal
    reason: str
    items: int
    payload_bytes: int
    received_ns: int
    buried_ns: int
    segment_id: int
    is_readable: bool


class DeadLetters:
    """
    The dead-letter folder.

    Args:
        folder: Where the files are; made when missing.
        key: Master key of the spool.
        quota_bytes: Most bytes of readable letters; damaged bytes are kept as evidence whatever their size.
    """

    def __init__(self, folder: Path, key: SpoolKey, quota_bytes: int = _UNLIMITED) -> None:
        self._folder = folder
        self._cipher = key.cipher(b"dead letters", key.key_id)
        self._quota_bytes = quota_bytes
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._used_bytes = sum(path.stat().st_size for path in folder.glob(f"*{_ENDING}"))
        DEAD_LETTER_BYTES.set(self._used_bytes)

    def bury(
        self,
        payload: bytes,
        *,
        signal: Signal,
        reason: str,
        items: int,
        received_ns: int,
        buried_ns: int,
        segment_id: int,
        index: int,
        is_readable: bool = True,
    ) -> DeadLetter:
        """
        Put *payload* into the folder, durable on return.

        A second burial of the same frame replaces the first, so a crash between burial and retirement leaves one.

        Raises:
            DeadLettersFullError: The quota is used up.
        """
        name = f"{signal}-{segment_id:020d}-{index:08d}"
        letter = DeadLetter(name, signal, reason, items, len(payload), received_ns, buried_ns, segment_id, is_readable)
        sealed = self._seal(name, orjson.dumps(letter), payload)
        path = self._path(name)
        with self._lock:
            before = path.stat().st_size if path.exists() else 0
            used_bytes = self._used_bytes - before + len(sealed)
            if is_readable and used_bytes > self._quota_bytes:
                raise DeadLettersFullError(
                    "the dead letters have used up their quota", remedy="see: wayline dead-letters list"
                )
            draft = path.with_suffix(".draft")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
            self._count(used_bytes)
        sync_folder(self._folder)
        return letter

    def _count(self, used_bytes: int) -> None:
        self._used_bytes = used_bytes
        DEAD_LETTER_BYTES.set(used_bytes)

    def _seal(self, name: str, facts: bytes, payload: bytes) -> bytes:
        """Return facts and payload encrypted one after the other, so that a list reads the facts only."""
        nonces = [secrets.token_bytes(_NONCE_BYTES) for _ in range(2)]
        head = nonces[0] + self._cipher.encrypt(nonces[0], facts, name.encode())
        # The payload is bound to its facts: neither can be put beside another.
        tail = nonces[1] + self._cipher.encrypt(nonces[1], payload, name.encode() + head)
        return _MAGIC + len(head).to_bytes(_LENGTH_BYTES, "little") + head + tail

    def _path(self, letter_id: str) -> Path:
        return self._folder / f"{letter_id}{_ENDING}"

    def _open(self, letter_id: str, *, with_payload: bool) -> tuple[DeadLetter, bytes]:
        path = self._path(letter_id)
        if path.parent != self._folder or not path.is_file():
            raise NoSuchLetterError("there is no such dead letter", remedy="list them first")
        name, start = letter_id.encode(), len(_MAGIC) + _LENGTH_BYTES
        with path.open("rb") as file:
            intro = file.read(start)
            head = file.read(int.from_bytes(intro[len(_MAGIC) :], "little"))
            tail = file.read() if with_payload else b""
        try:
            facts = orjson.loads(self._decrypt(head, name))
            payload = self._decrypt(tail, name + head) if with_payload else b""
        except (InvalidTag, ValueError) as error:
            raise DamagedLetterError(f"dead letter {letter_id} is damaged or was encrypted with another key") from error
        return DeadLetter(**{**facts, "signal": Signal(facts["signal"])}), payload

    def _decrypt(self, sealed: bytes, bound_to: bytes) -> bytes:
        return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)

    def names(self) -> list[str]:
        """Return the ids of all dead letters, by signal and age."""
        return sorted(path.name.removesuffix(_ENDING) for path in self._folder.glob(f"*{_ENDING}"))

    def list_letters(self) -> list[DeadLetter]:
        """Return what is in the folder, without payloads."""
        return [self.facts(name) for name in self.names()]

    def facts(self, letter_id: str) -> DeadLetter:
        """
        Return one dead letter without its payload.

        Raises:
            NoSuchLetterError: There is none of that id.
            DamagedLetterError: It does not decrypt.
        """
        return self._open(letter_id, with_payload=False)[0]

    def show(self, letter_id: str) -> tuple[DeadLetter, bytes]:
        """Return one dead letter and its payload; raises as `facts`."""
        return self._open(letter_id, with_payload=True)

    def remove(self, letter_id: str) -> None:
        """Delete one dead letter; its request is stored or given up."""
        path = self._path(letter_id)
        with self._lock:
            size_bytes = path.stat().st_size if path.exists() else 0
            path.unlink(missing_ok=True)
            self._count(self._used_bytes - size_bytes)
        sync_folder(self._folder)
