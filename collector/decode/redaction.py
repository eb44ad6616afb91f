"""
Redaction rules as expressions of the decode statement.

Three levels, each cheap where the one above finds nothing: a request's values are matched against all patterns at once;
a value in which one is found goes through the replacements of all rules without a key; and a map with a suspicious key
goes through every rule in order. `collector.redact.Redactor` gives the same results, one text after the other.

What cannot be written so is left to it (`write_redaction` returns None): a check digit that decides on a whole value,
patterns that match nothing at all.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from runbooks.redactions import Redaction

_MOST_RULES = 64  # bits of a number
_TOKEN_BYTES = 24
_TRUE = "1"


@dataclass(frozen=True, eq=False)
class RedactionSql:
    """
    Rules written for the engine.

    Attributes:
        expressions: By their name in ``values_redacted.sql``.
        params: Values those bind.
        is_limited: Whether a rule holds for some services only, so that ``services`` and ``limits`` are bound, too.
        is_probeable: Whether a text or key in which no pattern is found surely stays as it is.
    """

    expressions: Mapping[str, str]
    params: Mapping[str, object]
    is_limited: bool
    is_probeable: bool


def glob_pattern(glob: str) -> str:
    """Return *glob*, in which ``*`` stands for any characters, as a regular expression over a whole text."""
    return "(?is)^" + ".*".join(map(re.escape, glob.split("*"))) + r"\z"


def write_redaction(rules: Sequence[Redaction], key_id: str, token: Callable[[int], bytes]) -> RedactionSql | None:
    """
    Return *rules* as expressions; None when one of them cannot be one.

    Args:
        rules: Those that are enabled, in order.
        key_id: Name of the key of pseudonyms.
        token: Gives that many random bytes.
    """
    if len(rules) > _MOST_RULES or any(map(_is_inexpressible, rules)):
        return None
    # Control characters alone: no reasonable pattern finds them, and a client cannot guess them.
    dropped, mark, flag = ("".join(chr(1 + byte % 8) for byte in token(_TOKEN_BYTES)) for _ in range(3))
    if any(re.search(str(rule.value_pattern), dropped) for rule in rules if rule.value_pattern):
        return None
    return _Writer(rules, dropped, mark, flag).write(f"hmac:{key_id}:")


def _is_inexpressible(rule: Redaction) -> bool:
    if not rule.value_pattern:
        return False
    return re.search(rule.value_pattern, "") is not None or (rule.action == "drop" and bool(rule.check))


@dataclass
class _Writer:
    rules: Sequence[Redaction]
    dropped: str
    mark: str
    flag: str
    params: dict[str, object] = field(default_factory=dict)

    def write(self, pseudonym: str) -> RedactionSql:
        value_patterns = [str(rule.value_pattern) for rule in self.rules if rule.value_pattern]
        self.params |= {"pseudonym": pseudonym, "dropped": self.dropped, "value_patterns": value_patterns}
        hit = "multiMatchAny({}, value_patterns)".format if value_patterns else (lambda _: "0")
        is_limited = any(rule.systems or rule.data_class for rule in self.rules)
        expressions = {
            "VALUE_PATTERNS": "{value_patterns:Array(String)}",
            "BYTES_HIT": hit("y"),
            "TEXT_HIT": hit("text"),
            "CLEAN_TEXT": self._clean_text(hit),
            "KEY_DROPPED": self._key_dropped(),
            "CLEAN_VALUES": self._clean_values(hit),
            "SUSPICIOUS": self._suspicious(),
            "LIMITS": (
                "transform(kvs.value.s[indexOf(kvs.key, 'service.name')],"
                " {services:Array(String)}, {limits:Array(UInt64)}, toUInt64(0))"
                if is_limited
                else "0"
            ),
        }
        is_probeable = expressions["SUSPICIOUS"] != _TRUE and not self._holds_everywhere()
        return RedactionSql(expressions, self.params, is_limited, is_probeable)

    def _bind(self, name: str, kind: str, value: object) -> str:
        self.params[name] = value
        return f"{{{name}:{kind}}}"

    def _clean_text(self, hit: Callable[[str], str]) -> str:
        """A text without a key: rules for every key, in order."""
        chain = "text"
        for number, rule in enumerate(self.rules):
            if not _holds_without_key(rule):
                continue
            if rule.systems or rule.data_class:
                changed = self._apply(number, rule, "inner")
                chain = f"arrayMap(inner -> if(bitTest(limits, {number}), {changed}, inner), [{chain}])[1]"
            else:
                chain = self._apply(number, rule, chain)
        if chain == "text":
            return chain
        if self._drops_by_value():
            chain = f"replaceAll({chain}, {{dropped:String}}, '')"
        return chain if self._holds_everywhere() else f"if({hit('text')}, {chain}, text)"

    def _holds_everywhere(self) -> bool:
        """Whether a rule changes a text without a key whatever it is."""
        return any(_holds_without_key(rule) and not rule.value_pattern for rule in self.rules)

    def _clean_values(self, hit: Callable[[str], str]) -> str:
        """The values of a map with a suspicious key: every rule but those that drop by key, in order."""
        values, chain = "texts", "text"
        for number, rule in enumerate(self.rules):
            if rule.action == "drop" and not rule.value_pattern:
                continue
            condition = self._condition(number, rule)
            if condition == _TRUE:
                chain = self._apply(number, rule, chain)
                continue
            values, chain = self._stage(values, chain, hit), "text"
            changed = self._apply(number, rule, "text")
            condition = f"{condition} AND text != {{dropped:String}}"
            values = f"arrayMap((key, text) -> if({condition}, {changed}, text), keys, {values})"
        return self._stage(values, chain, hit)

    def _stage(self, values: str, chain: str, hit: Callable[[str], str]) -> str:
        return values if chain == "text" else f"arrayMap(text -> if({hit('text')}, {chain}, text), {values})"

    def _suspicious(self) -> str:
        """Whether a map needs more than its texts cleaned: a key that is named, or that is health data itself."""
        patterns = [str(rule.value_pattern) for rule in self.rules if rule.value_pattern and _holds_without_key(rule)]
        everywhere = False
        for rule in self.rules:
            if rule.keys or rule.key_pattern:
                patterns += _key_patterns(rule)
            elif rule.except_keys:
                everywhere = True
        if everywhere or self._drops_by_value():
            return "1"
        if not patterns:
            return "0"
        return f"arrayExists(key -> multiMatchAny(key, {self._bind('key_patterns', 'Array(String)', patterns)}), keys)"

    def _key_dropped(self) -> str:
        conditions = [
            self._condition(number, rule)
            for number, rule in enumerate(self.rules)
            if rule.action == "drop" and not rule.value_pattern
        ]
        plain = [
            rule for rule in self.rules if rule.action == "drop" and not rule.value_pattern and not _is_narrow(rule)
        ]
        if plain:
            patterns = [pattern for rule in plain for pattern in _key_patterns(rule)]
            together = f"multiMatchAny(key, {self._bind('drop_keys', 'Array(String)', patterns)})"
            conditions = [together] + [
                self._condition(number, rule)
                for number, rule in enumerate(self.rules)
                if rule.action == "drop" and not rule.value_pattern and _is_narrow(rule)
            ]
        return " OR ".join(f"({condition})" for condition in conditions) or "0"

    def _drops_by_value(self) -> bool:
        return any(rule.action == "drop" and rule.value_pattern for rule in self.rules)

    def _condition(self, number: int, rule: Redaction) -> str:
        """Whether *rule* is for ``key`` under ``limits``."""
        parts = []
        if rule.systems or rule.data_class:
            parts.append(f"bitTest(limits, {number})")
        if patterns := _key_patterns(rule):
            parts.append(f"multiMatchAny(key, {self._bind(f'keys_{number}', 'Array(String)', patterns)})")
        if rule.except_keys:
            excepted = list(map(glob_pattern, rule.except_keys))
            parts.append(f"NOT multiMatchAny(key, {self._bind(f'except_{number}', 'Array(String)', excepted)})")
        return " AND ".join(parts) or _TRUE

    def _apply(self, number: int, rule: Redaction, text: str) -> str:
        """Return what *rule* makes of the expression *text*, which is written once only."""
        if not rule.value_pattern:
            return self._replaced(number, rule, text)
        pattern = self._bind(f"pattern_{number}", "String", rule.value_pattern)
        if rule.action == "drop":
            whole = self._bind(f"whole_{number}", "String", f"(?s)^.*(?:{rule.value_pattern}).*$")
            return f"replaceRegexpOne({text}, {whole}, {{dropped:String}})"
        if rule.action == "mask" and not rule.check:
            mask = self._bind(f"written_{number}", "String", rule.mask.replace("\\", "\\\\"))
            return f"replaceRegexpAll({text}, {pattern}, {mask})"
        # What is found stands apart and begins with a flag; what is left of flags goes at the end.
        self.params |= {"mark": self.mark, "flag": self.flag, "marked": f"{self.mark}{self.flag}\\0{self.mark}"}
        found = "startsWith(piece, {flag:String})" + (" AND luhn_holds(piece)" if rule.check else "")
        replaced = self._replaced(number, rule, f"substring(piece, {len(self.flag) + 1})")
        return (
            f"replaceAll(arrayStringConcat(arrayMap(piece -> if({found}, {replaced}, piece),"
            f" splitByString({{mark:String}}, replaceRegexpAll({text}, {pattern}, {{marked:String}})))),"
            f" {{flag:String}}, '')"
        )

    def _replaced(self, number: int, rule: Redaction, text: str) -> str:
        match rule.action:
            case "drop":
                return f"substring({text}, 1, 0)"
            case "mask":
                mask = self._bind(f"mask_{number}", "String", rule.mask)
                return f"concat({mask}, substring({text}, 1, 0))"
            case "hmac":
                return f"pseudonym_of({text})"
            case "truncate":
                return f"substringUTF8({text}, 1, {int(rule.length)})"


def _is_narrow(rule: Redaction) -> bool:
    return bool(rule.systems or rule.data_class or rule.except_keys)


def _key_patterns(rule: Redaction) -> list[str]:
    return [*map(glob_pattern, rule.keys), *([str(rule.key_pattern)] if rule.key_pattern else [])]


def _holds_without_key(rule: Redaction) -> bool:
    """Whether *rule* looks at texts that have no key: names, messages, schema URLs."""
    if any(re.match(_in_python(glob), "") for glob in rule.except_keys):
        return False
    if not (rule.keys or rule.key_pattern):
        return True
    return any(re.search(_in_python(glob), "") for glob in rule.keys) or bool(
        rule.key_pattern and re.search(rule.key_pattern, "")
    )


def _in_python(glob: str) -> str:
    return glob_pattern(glob).replace(r"\z", r"\Z")
