from dash.development.base_component import Component

from dashboards.markdown import render_markdown
from tests.unit.dashboards.conftest import hrefs_of, parts_of, text_of
from tests.unit.dashboards.fakes import RUNBOOK


def kinds(node):
    return [type(part).__name__ for part in parts_of(node) if isinstance(part, Component)]


def test_runbook_becomes_components():
    drawn = render_markdown(RUNBOOK)
    for kind in ("H2", "Strong", "Ol", "Li", "Code", "Table", "Th", "Td", "Pre"):
        assert kind in kinds(drawn)


def test_markup_in_the_source_is_shown_as_written():
    drawn = render_markdown("a <b onclick=x>bold</b>\n\n<script>alert(1)</script>")
    assert "<script>alert(1)</script>" in text_of(drawn)
    assert "Script" not in kinds(drawn)


def test_links_that_could_do_harm_are_only_text():
    drawn = render_markdown(
        "[a](javascript:alert(1)) [b](data:text/html,x) [c](https://example.org) [d](/alerts) <vbscript:x>"
    )
    assert hrefs_of(drawn) == ["https://example.org", "/alerts"]


def test_links_to_elsewhere_open_without_telling_where_from():
    link = next(part for part in parts_of(render_markdown("[c](https://example.org)")) if getattr(part, "href", None))
    assert (link.target, link.rel) == ("_blank", "noopener noreferrer")


def test_pictures_are_not_fetched():
    drawn = render_markdown("![seen](https://evil.example/pixel.png)")
    assert "Img" not in kinds(drawn)
    assert "[seen]" in text_of(drawn)


def test_tight_lists_have_no_paragraphs_in_them():
    assert "P" not in kinds(render_markdown("- one\n- two"))


def test_values_that_only_a_transaction_has_are_blanks_that_name_them():
    drawn = render_markdown("Flow &lt;missing tx.flow\\_name&gt; and `<missing tx.po_number>`.")
    blanks = [part for part in parts_of(drawn) if getattr(part, "className", "") == "blank"]
    assert [text_of(blank) for blank in blanks] == ["flow name", "PO number"]
