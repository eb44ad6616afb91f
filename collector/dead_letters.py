"""Requests that were acknowledged and cannot be stored: kept encrypted, with the reason, until someone acts."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import orjson
from cryptography.exceptions import InvalidTag

from collector.keys import SpoolKey, sync_folder
from collector.signals import Signal
from core.errors import PermanentError

_MAGIC = b"WAYDEAD\x01"
_NONCE_BYTES = 12
_ENDING = ".dead"


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
    """

    def __init__(self, folder: Path, key: SpoolKey) -> None:
        self._folder = folder
        self._cipher = key.cipher(b"dead letters", key.key_id)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

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
        """
        name = f"{signal}-{segment_id:020d}-{index:08d}"
        letter = DeadLetter(name, signal, reason, items, len(payload), received_ns, buried_ns, segment_id, is_readable)
        facts = orjson.dumps(letter)
        plain = len(facts).to_bytes(4, "little") + facts + payload
        nonce = secrets.token_bytes(_NONCE_BYTES)
        path = self._path(name)
        draft = path.with_suffix(".draft")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(_MAGIC + nonce + self._cipher.encrypt(nonce, plain, name.encode()))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        sync_folder(self._folder)
        return letter

    def _path(self, letter_id: str) -> Path:
        return self._folder / f"{letter_id}{_ENDING}"

    def _open(self, letter_id: str) -> tuple[DeadLetter, bytes]:
        path = self._path(letter_id)
        if path.parent != self._folder or not path.is_file():
            raise PermanentError("there is no such dead letter", remedy="list them first")
        data = path.read_bytes()
        start = len(_MAGIC) + _NONCE_BYTES
        try:
            plain = self._cipher.decrypt(data[len(_MAGIC) : start], data[start:], letter_id.encode())
        except InvalidTag as error:
            raise PermanentError(f"dead letter {letter_id} is damaged or was encrypted with another key") from error
        facts_bytes = int.from_bytes(plain[:4], "little")
        facts = orjson.loads(plain[4 : 4 + facts_bytes])
        return DeadLetter(**{**facts, "signal": Signal(facts["signal"])}), plain[4 + facts_bytes :]

    def names(self) -> list[str]:
        """Return the ids of all dead letters, by signal and age."""
        return sorted(path.name.removesuffix(_ENDING) for path in self._folder.glob(f"*{_ENDING}"))

    def list_letters(self) -> list[DeadLetter]:
        """Return what is in the folder, without payloads."""
        return [self._open(name)[0] for name in self.names()]

    def show(self, letter_id: str) -> tuple[DeadLetter, bytes]:
        """
        Return one dead letter and its payload.

        Raises:
            PermanentError: There is none of that id, or it does not decrypt.
        """
        return self._open(letter_id)

    def remove(self, letter_id: str) -> None:
        """Delete one dead letter; its request is stored or given up."""
        self._path(letter_id).unlink(missing_ok=True)
        sync_folder(self._folder)
