"""
A runbook filled with the values of one transaction, as HTML or Markdown that is safe whatever the values are.

Values come from telemetry, so from anybody. They never reach the Markdown parser: each placeholder stands in
the source as a word without meaning, and its value is put in afterwards, fit for the place where it ended up.
"""

import re
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from runbooks.runbook_files import Runbook
from runbooks.templates import PLACEHOLDER, fill

_TAGS = {
    "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre",
    "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")

Place = Literal["text", "code", "link"]


def render(runbook: Runbook, context: Mapping[str, Any]) -> str:
    """
    Return *runbook* as an HTML fragment.

    Args:
        runbook: What to render.
        context: Root -> key -> value, e.g. from `runbooks.contexts`; what it lacks shows as
            ``<missing root.key>``.
    """
    source, values = _lift_values(runbook.body, context)
    parser = _parser()
    tokens = parser.parse(source)
    for token in _walk(tokens):
        _fill_token(token, values)
    html = parser.renderer.render(tokens, parser.options, {})
    return nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="noopener noreferrer")


def fill_markdown(runbook: Runbook, context: Mapping[str, Any]) -> str:
    """Return *runbook* as Markdown in which no value can be read as markup, for a renderer of its own."""
    source, values = _lift_values(runbook.body, context)
    places = _places(source, values)
    for word, value in values.items():
        values[word] = _written(value, places.get(word, "text"))
    return _substitute(source, values, str)


def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _lift_values(body: str, context: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """Return *body* with a word of its own in place of every placeholder, and the value behind each word."""
    stem = "slot"
    while stem in body:
        stem += "x"
    values: dict[str, str] = {}

    def lift(match: re.Match[str]) -> str:
        word = f"{stem}{len(values)}{stem[::-1]}"
        values[word] = fill(match[0], context, str)
        return word

    return PLACEHOLDER.sub(lift, body), values


def _walk(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _walk(token.children or [])


def _fill_token(token: Token, values: Mapping[str, str]) -> None:
    token.content = _substitute(token.content, values, str)
    for name, attribute in token.attrs.items():
        if isinstance(attribute, str):
            write: Callable[[str], str] = _quoted if name in ("href", "src") else str
            token.attrs[name] = _substitute(attribute, values, write)


def _substitute(text: str, values: Mapping[str, str], write: Callable[[str], str]) -> str:
    if not values:
        return text
    words = re.compile("|".join(map(re.escape, values)))
    return words.sub(lambda match: write(values[match[0]]), text)


def _quoted(value: str) -> str:
    return urllib.parse.quote(value, safe="")


def _places(source: str, values: Mapping[str, str]) -> dict[str, Place]:
    places: dict[str, Place] = {}
    for token in _walk(_parser().parse(source)):
        addresses = " ".join(str(token.attrs.get(name, "")) for name in ("href", "src"))
        for word in values:
            if word in addresses:
                places[word] = "link"
            elif token.type in ("code_inline", "code_block", "fence") and word in token.content:
                places[word] = "code"
    return places


def _written(value: str, place: Place) -> str:
    if place == "link":
        return _quoted(value)
    line = " ".join(value.split())
    return line.replace("`", "'") if place == "code" else _PUNCTUATION.sub(r"\\\1", line)
