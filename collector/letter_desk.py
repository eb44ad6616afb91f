"""What a person does about dead letters: look, put back, give up. Each of it leaves a line in the log."""

from collections.abc import Callable
from typing import Any

import orjson
import structlog
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError

from collector.dead_letters import DamagedLetterError, DeadLetter, DeadLetters
from collector.otlp import SERVICES
from collector.redact import Redactor
from collector.signals import Signal

_log = structlog.get_logger(__name__)


class LetterDesk:
    """
    Deeds on dead letters.

    Args:
        letters: The folder.
        redrive: Puts one back into the spool.
        redactor: Gives the redaction in force: content is shown as it would be stored.
    """

    def __init__(
        self, letters: DeadLetters, redrive: Callable[[str], DeadLetter], redactor: Callable[[], Redactor | None]
    ) -> None:
        self._letters = letters
        self._redrive = redrive
        self._redactor = redactor

    def page(self, limit: int, after: str = "") -> tuple[list[DeadLetter], str | None]:
        """Return at most *limit* letters whose id comes after *after*, and the last id when there are more."""
        names = [name for name in self._letters.names() if name > after]
        shown = names[:limit]
        return [self._letters.facts(name) for name in shown], shown[-1] if len(names) > limit else None

    def facts(self, letter_id: str) -> DeadLetter:
        """
        Return what is known of one letter, without its content.

        Raises:
            NoSuchLetterError: There is none of that id.
            DamagedLetterError: It does not decrypt.
        """
        return self._letters.facts(letter_id)

    def content(self, letter_id: str, by: str) -> Any:
        """
        Return the content of one letter as JSON-able data, redacted by the rules in force.

        Args:
            letter_id: Which.
            by: Who asks, for the log.

        Raises:
            NoSuchLetterError: There is none of that id.
            DamagedLetterError: It does not decrypt, or holds bytes that are no request.
        """
        letter, payload = self._letters.show(letter_id)
        _log.warning("content of a dead letter shown", letter=letter_id, by=by)
        if not letter.is_readable:
            raise DamagedLetterError("this dead letter holds damaged bytes", remedy="its metadata is all there is")
        try:
            return _decoded(letter.signal, payload, self._redactor())
        except (DecodeError, ValueError, KeyError, TypeError, RecursionError):
            # Not chained: the reader's error may quote the bytes it stumbled over.
            raise DamagedLetterError("the content of this dead letter cannot be decoded") from None

    def redrive(self, letter_id: str, by: str) -> DeadLetter:
        """
        Put one letter back into the spool; raises as `collector.spool.Spool.redrive`.

        Args:
            letter_id: Which.
            by: Who asks, for the log.
        """
        letter = self._redrive(letter_id)
        _log.warning("dead letter put back", letter=letter_id, by=by, items=letter.items)
        return letter

    def discard(self, letter_id: str, by: str) -> DeadLetter:
        """
        Give up one letter for good.

        Args:
            letter_id: Which.
            by: Who asks, for the log.

        Raises:
            NoSuchLetterError: There is none of that id.
            DamagedLetterError: It does not decrypt; such a file is left for a person with access to the folder.
        """
        letter = self._letters.facts(letter_id)
        self._letters.remove(letter_id)
        _log.warning("dead letter given up", letter=letter_id, by=by, items=letter.items)
        return letter


def _decoded(signal: Signal, payload: bytes, redactor: Redactor | None) -> Any:
    if signal is Signal.EVENTS:
        return orjson.loads(redactor.redact_events(payload) if redactor else payload)
    request = SERVICES[signal].request()
    request.ParseFromString(payload)
    if redactor:
        redactor.redact_request(request)
    return MessageToDict(request)
