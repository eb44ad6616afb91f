"""
Markdown of runbooks as Dash components.

Components hold text, never markup: HTML in the source is shown as it was written, and a link is made only when
its address passes `dashboards.links.safe_href`.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from dash import dcc, html
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from dashboards.formats import words
from dashboards.links import safe_href

_PARSER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_SIMPLE: dict[str, type[Any]] = {
    "paragraph": html.P,
    "bullet_list": html.Ul,
    "list_item": html.Li,
    "blockquote": html.Blockquote,
    "strong": html.Strong,
    "em": html.Em,
    "s": html.S,
    "thead": html.Thead,
    "tbody": html.Tbody,
    "tr": html.Tr,
    "th": html.Th,
    "td": html.Td,
}
# What `runbooks.render` leaves where a value is missing.
_BLANK = re.compile(r"<missing ([\w.]+)>")
# The page has its own h1.
_HEADINGS = {"h1": html.H2, "h2": html.H2, "h3": html.H3, "h4": html.H4, "h5": html.H5, "h6": html.H6}


def render_markdown(source: str) -> html.Div:
    """Return *source* (CommonMark with tables) as components."""
    tree = SyntaxTreeNode(_PARSER.parse(source))
    return html.Div(_children(tree.children), className="prose")


def _children(nodes: Sequence[SyntaxTreeNode]) -> list[Any]:
    return [part for node in nodes for part in _render(node)]


def _render(node: SyntaxTreeNode) -> list[Any]:
    kind = node.type
    if kind in ("text", "softbreak"):
        return _with_blanks(node.content or " ")
    # A paragraph of a tight list is hidden: its text stands in the item itself.
    if kind == "inline" or (kind == "paragraph" and node.hidden):
        return _children(node.children)
    if kind in _SIMPLE:
        return [_SIMPLE[kind](_children(node.children))]
    draw = _BLOCKS.get(kind)
    if draw is not None:
        return [draw(node)]
    return [html.Span(node.content if kind.startswith("html") else _children(node.children))]


def _with_blanks(text: str) -> list[Any]:
    """Show what a transaction would fill in as a blank that names it."""
    parts: list[Any] = []
    for number, part in enumerate(_BLANK.split(text)):
        if number % 2:
            parts.append(html.Span(words(part.rpartition(".")[2]), className="blank", title=f"filled in from {part}"))
        elif part:
            parts.append(part)
    return parts


def _heading(node: SyntaxTreeNode) -> Any:
    return _HEADINGS[node.tag](_children(node.children))


def _numbered(node: SyntaxTreeNode) -> Any:
    return html.Ol(_children(node.children), start=str(node.attrGet("start") or 1))


def _table(node: SyntaxTreeNode) -> Any:
    return html.Div(html.Table(_children(node.children)), className="table-scroll")


def _code(node: SyntaxTreeNode) -> Any:
    return html.Pre(html.Code(node.content.rstrip("\n")), className="code", tabIndex=0)


def _picture(node: SyntaxTreeNode) -> Any:
    # A picture would be fetched from wherever the text says; its description is enough.
    return html.Span(f"[{node.content}]", className="muted")


def _link(node: SyntaxTreeNode) -> Any:
    text = _children(node.children)
    href = safe_href(str(node.attrGet("href") or ""))
    if href is None:
        return html.Span(text)
    if href.startswith(("http:", "https:")):
        return html.A(text, href=href, target="_blank", rel="noopener noreferrer")
    return dcc.Link(text, href=href)


_BLOCKS: dict[str, Callable[[SyntaxTreeNode], Any]] = {
    "heading": _heading,
    "ordered_list": _numbered,
    "table": _table,
    "fence": _code,
    "code_block": _code,
    "code_inline": lambda node: html.Code(_with_blanks(node.content)),
    "hr": lambda _: html.Hr(),
    "hardbreak": lambda _: html.Br(),
    "link": _link,
    "image": _picture,
}
