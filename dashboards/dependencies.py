"""The map of systems drawn: boxes that are links, ribbons cut out of coloured planes by SVG paths."""

from typing import Any

from dash import html

from dashboards.components import aria, category_class, link
from dashboards.context import PageContext
from dashboards.formats import plural
from dashboards.views.dependency_map import NODE_HEIGHT_PX, NODE_WIDTH_PX, Box, DependencyMap, Ribbon

Node = Any


def map_panel(context: PageContext, drawn: DependencyMap) -> Node:
    """
    Return the map; it scrolls in both directions, and every box is reached with the tab key.

    Ribbons are planes in the colours of the theme, clipped to their outline, so that light and dark need one drawing;
    what they say is in their titles, in the label of the map and in the table below it.
    """
    size = {"width": f"{drawn.width_px:.0f}px", "height": f"{drawn.height_px:.0f}px"}
    said = f"Map of {plural(len(drawn.boxes), 'system')} and {plural(len(drawn.ribbons), 'dependency', 'dependencies')}"
    inside = [*(_ribbon(ribbon) for ribbon in drawn.ribbons), *(_box(context, box) for box in drawn.boxes)]
    more = (
        html.P(
            f"{plural(drawn.left_out, 'rarer dependency', 'rarer dependencies')} in the table only.", className="muted"
        )
        if drawn.left_out
        else None
    )
    return html.Div(
        [
            _legend(),
            html.Div(
                html.Div(inside, className="map", style=size),
                className="map-scroll",
                tabIndex=0,
                role="group",
                **aria(said),
            ),
            more,
        ]
    )


def _legend() -> Node:
    kinds = (("", "calls"), ("is-queue", "through a queue"), ("is-error", "more than 1 % fail"))
    return html.Ul(
        [html.Li([html.I(className=style), text]) for style, text in kinds]
        + [html.Li("The wider, the more; faint where only one side sent something.")],
        className="map-legend",
    )


def _ribbon(ribbon: Ribbon) -> Node:
    style = " ".join(
        filter(
            None,
            [
                "map-edge",
                "is-queue" if ribbon.kind == "queue" else "",
                "is-error" if ribbon.failing else "",
                "" if ribbon.observed else "is-dim",
            ],
        )
    )
    return html.Div(
        className=style,
        style={"clipPath": f"path('{ribbon.outline}')"},
        title=ribbon.text,
        role="img",
        **aria(ribbon.text),
    )


def _box(context: PageContext, box: Box) -> Node:
    style = f"map-node {category_class(box.category)}{' is-queue' if box.category == 'queue' else ''}"
    inside = link(
        [
            html.Span(box.title, className="map-title"),
            html.Span(box.note, className=f"small {'over' if box.errors else 'muted'}"),
        ],
        context.state.link("/transactions", system=box.name),
        style,
    )
    place = {
        "left": f"{box.left_px:.0f}px",
        "top": f"{box.top_px:.0f}px",
        "width": f"{NODE_WIDTH_PX}px",
        "height": f"{NODE_HEIGHT_PX}px",
    }
    return html.Div(inside, className="map-place", style=place, title=f"{box.name}: {box.note}")
