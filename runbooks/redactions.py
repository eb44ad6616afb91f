"""What must not be kept in the clear."""

from typing import Literal

from pydantic import Field, model_validator

from runbooks.fields import Entry, PatternField, Words

EVERY_SHIPPED_RULE = "*"
"""Name that, with ``enabled: false``, switches off all rules of the packaged catalog."""


class Redaction(Entry):
    """
    A rule applied while telemetry is decoded, before anything is stored.

    The rules of the packaged catalog hold in every catalog; one ends where its name is declared anew.

    Attributes:
        action: ``drop`` the attribute, ``mask`` what was found, replace it by its ``hmac``, or ``truncate``.
        keys: Attribute names, ``*`` globs, without case; empty with *key_pattern* empty: every position.
        key_pattern: Regular expression over attribute names.
        value_pattern: Regular expression over values; only what it finds is masked or pseudonymised. Empty:
            the whole value of a matching key.
        check: Further test of what was found: ``luhn`` is the check digit of card numbers.
        mask: Text put in place of what was found.
        length: Characters kept by ``truncate``.
        systems: Systems it is limited to; empty: all.
        data_class: Data class of systems it is limited to; empty: all.
        except_keys: Attribute names, ``*`` globs, that are left alone.
        enabled: False: the rule does nothing, nor does the packaged one of that name; ``*`` is all of them.
    """

    action: Literal["drop", "mask", "hmac", "truncate"] = "mask"
    keys: Words = ()
    key_pattern: PatternField | None = None
    value_pattern: PatternField | None = None
    check: Literal["", "luhn"] = ""
    mask: str = "[redacted]"
    length: int = Field(default=8, ge=0)
    systems: Words = ()
    data_class: str = ""
    except_keys: Words = ()
    enabled: bool = True

    @model_validator(mode="after")
    def _finds_something(self) -> "Redaction":
        if self.name == EVERY_SHIPPED_RULE and self.enabled:
            raise ValueError(f"{EVERY_SHIPPED_RULE!r} stands for all packaged rules; it can only be enabled: false")
        if self.enabled and not (self.keys or self.key_pattern or self.value_pattern):
            raise ValueError("a redaction needs keys, key_pattern or value_pattern")
        return self
