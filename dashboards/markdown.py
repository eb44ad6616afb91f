"""
Markdown of runbooks as Dash components.

Components hold text, never markup: HTML in the source is shown as it was written, and a link is made only when
its address passes `dashboards.links.safe_href`.
"""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

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
    if kind == "inline":
        return _children(node.children)
    if kind == "text":
        return [node.content]
    if kind in ("softbreak", "hardbreak"):
        return [" "] if kind == "softbreak" else [html.Br()]
    if kind == "paragraph" and _is_tight(node):
        return _children(node.children)
    if kind in _SIMPLE:
        return [_SIMPLE[kind](_children(node.children))]
    return [_render_block(node)]


def _is_tight(node: SyntaxTreeNode) -> bool:
    return bool(node.hidden)


def _render_block(node: SyntaxTreeNode) -> Any:
    kind = node.type
    if kind == "heading":
        return _HEADINGS[node.tag](_children(node.children))
    if kind == "ordered_list":
        return html.Ol(_children(node.children), start=str(node.attrGet("start") or 1))
    if kind == "table":
        return html.Div(html.Table(_children(node.children)), className="table-scroll")
    if kind in ("fence", "code_block"):
        return html.Pre(html.Code(node.content.rstrip("\n")), className="code", tabIndex=0)
    if kind == "code_inline":
        return html.Code(node.content)
    if kind == "hr":
        return html.Hr()
    if kind == "link":
        return _link(str(node.attrGet("href") or ""), _children(node.children))
    if kind == "image":
        # A picture would be fetched from wherever the text says; its description is enough.
        return html.Span(f"[{node.content}]", className="muted")
    return html.Span(node.content if kind in ("html_inline", "html_block") else _children(node.children))


def _link(address: str, text: list[Any]) -> Any:
    href = safe_href(address)
    if href is None:
        return html.Span(text)
    if href.startswith(("http:", "https:")):
        return html.A(text, href=href, target="_blank", rel="noopener noreferrer")
    return dcc.Link(text, href=href)
