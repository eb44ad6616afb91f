"""
Takes out of telemetry what must not be kept in the clear, at every position where a text can stand.

The engine does it while it decodes (`collector.decode.redaction`). Here are the same rules for what it cannot take on:
business events, requests with nested values, rules that cannot be written for it. They run on parsed requests before
those are decoded into rows, so that no position can be forgotten: the walk follows the message descriptors, not a list
of fields. What fails to be redacted is not stored (the request goes to the encrypted dead letters).
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import orjson
from google.protobuf.message import Message

from collector.decode.redaction import write_redaction
from collector.decode.texts import flat_text
from runbooks.redactions import Redaction

_PAIR = "opentelemetry.proto.common.v1.KeyValue"
_VALUE = "opentelemetry.proto.common.v1.AnyValue"
_EVENT_KEPT = frozenset({"time_ns", "attributes", "data"})
_SPACES = " \t\n\r\v\f"
_WITHIN = "\x1f"  # between the keys of values within one another
_CACHED_TEXTS = 50_000
_HEX_KEPT = 32


def luhn_holds(text: str) -> bool:
    """Return whether the last digit of *text* is its check digit (ISO/IEC 7812-1, annex B)."""
    digits = [int(sign) for sign in text if sign in "0123456789"]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return len(digits) > 1 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _compile_glob(glob: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, glob.split("*"))) + r"\Z", re.IGNORECASE | re.DOTALL | re.ASCII)


class _Rule:
    """One compiled rule."""

    def __init__(self, rule: Redaction, pseudonym: Callable[[str], str]) -> None:
        self.rule = rule
        self._keys = [_compile_glob(glob) for glob in rule.keys]
        self._except = [_compile_glob(glob) for glob in rule.except_keys]
        # ASCII, as the engine reads them.
        self._key_pattern = re.compile(rule.key_pattern, re.ASCII) if rule.key_pattern else None
        self._value_pattern = re.compile(rule.value_pattern, re.ASCII) if rule.value_pattern else None
        self._pseudonym = pseudonym
        self.is_for_every_key = not (rule.keys or rule.key_pattern)

    def is_for(self, key: str) -> bool:
        """Return whether the attribute *key* is looked at; the empty key stands for a text without one."""
        if any(pattern.match(key) for pattern in self._except):
            return False
        return (
            self.is_for_every_key
            or any(pattern.match(key) for pattern in self._keys)
            or bool(self._key_pattern and self._key_pattern.search(key))
        )

    def is_found_in(self, text: str) -> bool:
        """Return whether the rule's pattern is anywhere in *text*."""
        return bool(self._value_pattern and self._value_pattern.search(text))

    def apply(self, text: str) -> str | None:
        """Return *text* without what the rule finds in it; None when all of it is to go."""
        if self._value_pattern is None:
            return self._replacement(text)
        if self.rule.action == "drop":
            return None if any(self._counts(found[0]) for found in self._value_pattern.finditer(text)) else text
        return self._value_pattern.sub(
            lambda found: self._replacement(found[0]) or "" if self._counts(found[0]) else found[0], text
        )

    def _counts(self, found: str) -> bool:
        return self.rule.check != "luhn" or luhn_holds(found)

    def _replacement(self, found: str) -> str | None:
        match self.rule.action:
            case "drop":
                return None
            case "mask":
                return self.rule.mask
            case "hmac":
                return self._pseudonym(found)
            case "truncate":
                return found[: self.rule.length]


def _join(path: str, key: str) -> str:
    return f"{path}{_WITHIN}{key}" if path else key


def _names_of(path: str) -> list[str]:
    """Return the names a nested value goes by: its own, and those with the keys around it in front."""
    parts = path.split(_WITHIN)
    return [".".join(parts[start:]) for start in range(len(parts))]


class Redactor:
    """
    The rules of the catalog, ready to be applied.

    Args:
        rules: Those that are enabled.
        key: Secret of the pseudonyms, at least 32 bytes: the same value has the same pseudonym wherever it stands.
        key_id: Name of *key*, part of each pseudonym, so that an old one can be told from a new one.
        system_of: System name and data class of a service, for rules limited to some.
    """

    def __init__(
        self,
        rules: Iterable[Redaction],
        key: bytes,
        key_id: str,
        system_of: Callable[[str], tuple[str, str]] = lambda service: (service, ""),
    ) -> None:
        self._key = key
        self._key_id = key_id
        self._system_of = system_of
        self._rules = [_Rule(rule, self.pseudonym) for rule in rules if rule.enabled]
        self._clean = lru_cache(_CACHED_TEXTS)(self._clean_uncached)
        self.sql = write_redaction([one.rule for one in self._rules], key_id, secrets.token_bytes)

    @property
    def secret(self) -> bytes:
        """The key of the pseudonyms, for the engine; it belongs in no text of a statement."""
        return self._key

    def limits_of(self, service: str) -> int:
        """Return the rules that hold for *service*, as bits."""
        return sum(1 << position for position in self._limits(service))

    def _is_found_in(self, text: str) -> bool:
        return any(rule.is_found_in(text) for rule in self._rules)

    @property
    def has_pseudonyms(self) -> bool:
        """Whether a rule replaces what it finds by its pseudonym."""
        return any(one.rule.action == "hmac" for one in self._rules)

    @property
    def has_rules(self) -> bool:
        """Whether there is anything to do."""
        return bool(self._rules)

    def pseudonym(self, text: str) -> str:
        """
        Return what *text* is replaced by under the action ``hmac``: the same as a search for it must look for.

        A blank text stays: what is empty everywhere joins nothing.
        """
        if not text.strip(_SPACES):
            return text
        digest = hmac.digest(self._key, text.strip(_SPACES).casefold().encode(), hashlib.sha256).hex()
        return f"hmac:{self._key_id}:{digest[:_HEX_KEPT]}"

    def redact_request(self, request: Message) -> None:
        """Redact an Export*ServiceRequest in place."""
        for _, resources in request.ListFields():
            for resource in resources:
                pairs = resource.resource.attributes
                service = next((pair.value.string_value for pair in pairs if pair.key == "service.name"), "")
                self._walk(resource, self._limits(service), "")

    def redact_events(self, payload: bytes) -> bytes:
        """Return a JSON array of normalised events redacted."""
        return orjson.dumps([self._event(event) for event in orjson.loads(payload)])

    def _event(self, event: dict[str, Any]) -> dict[str, Any]:
        limits = self._limits(event.get("system", ""))
        clean = {
            name: value if name in _EVENT_KEPT else self._clean(limits, "", value) or ""
            for name, value in event.items()
        }
        clean["attributes"] = self._leaves(event["attributes"], limits)
        if event["data"]:
            clean["data"] = orjson.dumps(self._json(orjson.loads(event["data"]), limits, "")).decode()
        return clean

    def _leaves(self, leaves: dict[str, str], limits: tuple[int, ...]) -> dict[str, str]:
        """Redact the leaves of an event's data, which stand under their dotted path and under the end of it."""
        found = {path: self._clean(limits, path.replace(".", _WITHIN), text) for path, text in leaves.items()}
        taken = {
            (name, leaves[path]): clean
            for path, clean in found.items()
            if clean != leaves[path]
            for name in _names_of(path.replace(".", _WITHIN))
        }
        cleaned = (
            (self._clean(limits, "", path) or "", taken.get((path, leaves[path]), clean))
            for path, clean in found.items()
        )
        return {path: text for path, text in cleaned if text is not None}

    def _json_object(self, value: dict[str, Any], limits: tuple[int, ...], path: str) -> dict[str, Any]:
        cleaned = {
            self._clean(limits, "", key) or "": self._json(item, limits, _join(path, key))
            for key, item in value.items()
        }
        return {key: item for key, item in cleaned.items() if item is not None or value.get(key, "") is None}

    def _json(self, value: Any, limits: tuple[int, ...], key: str) -> Any:
        if isinstance(value, dict):
            return self._json_object(value, limits, key)
        if isinstance(value, list):
            return [self._json(item, limits, key) for item in value]
        if value is None or isinstance(value, bool):
            return None if self._clean(limits, key, str(value)) is None else value
        text = str(value)
        clean = self._clean(limits, key, text)
        return value if clean == text else clean

    def _limits(self, service: str) -> tuple[int, ...]:
        """Return the positions of the rules that hold for *service*."""
        system, data_class = self._system_of(service)
        return tuple(
            position
            for position, one in enumerate(self._rules)
            if (not one.rule.systems or system in one.rule.systems)
            and (not one.rule.data_class or one.rule.data_class == data_class)
        )

    def _clean_uncached(self, limits: tuple[int, ...], key: str, text: str) -> str | None:
        clean: str | None = text
        names = _names_of(key)
        for position in limits:
            rule = self._rules[position]
            if clean is not None and any(map(rule.is_for, names)):
                clean = rule.apply(clean)
        return clean

    def _walk(self, message: Message, limits: tuple[int, ...], key: str) -> None:
        for field, content in message.ListFields():
            if field.message_type is not None:
                if field.message_type.full_name == _PAIR:
                    self._pairs(content, limits, key)
                elif field.message_type.full_name == _VALUE:
                    for value in content if field.is_repeated else (content,):
                        self._value(value, limits, key)
                else:
                    for part in content if field.is_repeated else (content,):
                        self._walk(part, limits, key)
            elif field.type == field.TYPE_STRING:
                if field.is_repeated:
                    content[:] = [self._clean(limits, key, text) or "" for text in content]
                else:
                    setattr(message, field.name, self._clean(limits, key, content) or "")

    def _pairs(self, pairs: Any, limits: tuple[int, ...], path: str) -> None:
        for position in range(len(pairs) - 1, -1, -1):
            pair = pairs[position]
            if not self._value(pair.value, limits, _join(path, pair.key)):
                del pairs[position]
                continue
            pair.key = self._clean(limits, "", pair.key) or ""

    def _value(self, value: Any, limits: tuple[int, ...], key: str) -> bool:
        """Redact one attribute value in place; return whether anything of it may stay."""
        arm = value.WhichOneof("value")
        if arm in ("array_value", "kvlist_value"):
            if self._clean(limits, key, "") is None:
                return False
            self._walk(getattr(value, arm), limits, key)
            return True
        text = flat_text(value, self._is_found_in)
        clean = self._clean(limits, key, text)
        if clean is None:
            value.Clear()
            return False
        if clean != text or (arm == "bytes_value" and self._is_found_in(text)):
            value.string_value = clean
        return True
