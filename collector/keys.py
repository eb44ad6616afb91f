"""
Keys of the spool: encryption at rest and the digest that recognises a request sent again.

Raw telemetry is health data until redaction has run, so nothing of it reaches the disk in the clear. Each segment
has a key of its own, derived from the master key and a random salt: a counter is then a safe AES-GCM nonce
(NIST SP 800-38D, 8.2.1) even after a restore of an old data folder.
"""

import base64
import binascii
import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.poly1305 import Poly1305

from collector.signals import SIGNALS, Signal
from core.errors import ConfigError

KEY_BYTES = 32
DIGEST_BYTES = 16
TAG_BYTES = 16
_SMALL_BYTES = 8 * 2**10
_PRIVATE_MODE = 0o600
_REMEDY = "give 32 bytes in base64, e.g. from: openssl rand -base64 32"


class SpoolKey:
    """
    The master key and what is derived from it.

    Args:
        master: 32 secret bytes.

    Attributes:
        key_id: 8 bytes that name the key without revealing it.
    """

    def __init__(self, master: bytes) -> None:
        if len(master) != KEY_BYTES:
            raise ConfigError(f"the spool key has {len(master)} bytes instead of {KEY_BYTES}", remedy=_REMEDY)
        self._master = master
        self.key_id = hashlib.sha256(b"wayline spool key id" + master).digest()[:8]
        self._hash_keys = {signal: self._derive(b"resend hash " + signal.encode()) for signal in SIGNALS}
        self._mac_key = self._derive(b"resend mac")
        self._small_hashes = {signal: hashlib.sha256(key) for signal, key in self._hash_keys.items()}

    def _derive(self, info: bytes, salt: bytes | None = None) -> bytes:
        return HKDF(hashes.SHA256(), KEY_BYTES, salt, info).derive(self._master)

    def pseudonym_key(self) -> tuple[bytes, str]:
        """Return the secret of redaction's pseudonyms and its name in them."""
        return self._derive(b"redaction pseudonyms"), self.key_id.hex()[:8]

    def cipher(self, info: bytes, salt: bytes) -> AESGCM:
        """Return the cipher for one purpose; (*info*, *salt*) must never repeat with the same nonces."""
        return AESGCM(self._derive(info, salt))

    def digest(self, signal: Signal, payload: bytes | bytearray) -> bytes:
        """
        Return 16 bytes that are equal for equal payloads of one signal.

        A small payload is hashed with SHA-256 behind a secret key; cut to half, its result cannot be extended. For a
        large one a universal hash (Poly1305 under a fixed secret key, never shown) followed by a MAC of its value is a
        keyed hash (Carter and Wegman 1981) that costs a sixth per byte, but more at each call.
        """
        if len(payload) <= _SMALL_BYTES:
            small = self._small_hashes[signal].copy()
            small.update(payload)
            return small.digest()[:DIGEST_BYTES]
        short = Poly1305.generate_tag(self._hash_keys[signal], payload)
        return hmac.digest(self._mac_key, short + len(payload).to_bytes(8, "little"), "sha256")[:DIGEST_BYTES]


def load_key(key_file: Path, inline: str = "") -> SpoolKey:
    """
    Return the spool key, made on first use.

    Args:
        key_file: Where the key is kept, base64, readable by its owner only.
        inline: The key itself in base64; *key_file* is not touched when given.

    Raises:
        ConfigError: Not 32 bytes of base64, or the file can be read by others.
    """
    if inline:
        return SpoolKey(_decode(inline))
    if not key_file.exists():
        _create(key_file)
    return SpoolKey(_read(key_file))


def _create(key_file: Path) -> None:
    draft = key_file.with_name(f"{key_file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    # A link appears whole or not at all, and never over a key that another process made meanwhile.
    with contextlib.suppress(FileExistsError):
        os.link(draft, key_file)
    draft.unlink()
    sync_folder(key_file.parent)


def _read(key_file: Path) -> bytes:
    if key_file.stat().st_mode & 0o077:
        raise ConfigError(f"others may read {key_file}", remedy=f"chmod 600 {key_file}")
    return _decode(key_file.read_text(encoding="ascii"))


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except binascii.Error as error:
        raise ConfigError("the spool key is not base64", remedy=_REMEDY) from error


def sync_folder(folder: Path) -> None:
    """Make the names in *folder* durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
