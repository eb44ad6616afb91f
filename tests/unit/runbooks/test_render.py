from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from runbooks.catalogs import Catalog
from runbooks.contexts import general_context, transaction_context
from runbooks.models import Flow, Owner
from runbooks.render import fill_markdown, render
from runbooks.runbook_files import Runbook

PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "[click](javascript:alert(1))",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox",
    "//evil.example/x",
    "https://evil.example",
    "`</code><svg onload=alert(1)>`",
    "![x](https://evil.example/pixel.png)",
    "<https://evil.example>",
    "\n\n# heading\n\n- list\n",
    "| a | b |\n|---|---|\n| c | d |",
    "&lt;script&gt;",
    "{{ tx.status }}",
    "slot0tols",
    "a\\",
    "\x00\x01\u202e",
]

EVERYWHERE = """
Text {{ id.po_number }}, **{{ id.po_number }}**, `code {{ id.po_number }}`.
[in the path](/transactions/{{ id.po_number }}) [in the query](/transactions?q={{ id.po_number }}&x=1)
[all of it]({{ id.po_number }}) [title](/a "{{ id.po_number }}") <https://example.org/{{ id.po_number }}>
![picture]({{ id.po_number }})

# {{ id.po_number }}

| column {{ id.po_number }} |
|---|
| {{ id.po_number }} |

```
{{ id.po_number }}
```

    {{ id.po_number }}
"""


class Elements(HTMLParser):
    """Every element and attribute a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data):
        self.text += data


def book(body: str) -> Runbook:
    return Runbook(id="Book", title="Book", body=body)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_value_becomes_markup_wherever_it_stands(payload):
    harmless = Elements(render(book(EVERYWHERE), {"id": {"po_number": "4500012345"}}))
    seen = Elements(render(book(EVERYWHERE), {"id": {"po_number": payload}}))
    assert seen.tags == harmless.tags
    assert {name for name, _ in seen.attributes} <= {"href", "rel", "title"}
    for name, value in seen.attributes:
        if name == "href":
            assert value.startswith(("/", "https://example.org/")) or ":" not in value
            assert "//evil" not in value


@pytest.mark.parametrize("payload", PAYLOADS)
def test_filled_markdown_has_no_markup_of_the_values(payload):
    def shapes(value: str) -> list[str]:
        text = fill_markdown(book(EVERYWHERE), {"id": {"po_number": value}})
        tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
        inline = [child.type for token in tokens for child in token.children or []]
        kept = [kind for kind in inline if kind not in ("text", "text_special", "softbreak")]
        return [token.type for token in tokens] + kept

    assert shapes(payload) == shapes("4500012345")


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,boo)",
        "[x]: javascript:alert(1)\n\n[x]",
        "[x](JAVASCRIPT&colon;alert(1))",
        "<javascript:alert(1)>",
        "<iframe src=//evil></iframe>",
        "[x]({{ id.a }}:alert(1))",
    ],
)
def test_what_the_file_itself_says_is_inert_too(body):
    seen = Elements(render(book(body), {"id": {"a": "javascript"}}))
    assert seen.tags <= {"p", "a"}
    assert all("javascript:" not in value.lower() and "data:" not in value for _, value in seen.attributes)


def test_links_carry_encoded_values():
    html = render(
        book("[t](/transactions/{{ id.po_number }}?flow={{ tx.flow }})"),
        {
            "id": {"po_number": "45/0 0&1#2"},
            "tx": {"flow": "a=b"},
        },
    )
    assert 'href="/transactions/45%2F0%200%261%232?flow=a%3Db"' in html


def test_a_missing_value_is_shown_and_escaped():
    assert "&lt;missing id.po_number&gt;" in render(book("PO {{ id.po_number }}"), {})
    assert "&lt;missing tx&gt;" in render(book("{{ tx }}"), {"tx": {"a": 1}})
    assert r"\<missing id\.po\_number\>" in fill_markdown(book("PO {{ id.po_number }}"), {})


def test_only_lookups_are_templates():
    body = "{{ 7*7 }} {{ tx.__class__ }} {{ tx.status.upper() }} {% for x in y %}"
    html = render(book(body), {"tx": {"status": "failed"}})
    assert "{{ 7*7 }}" in html
    assert "49" not in html
    assert "FAILED" not in html
    assert "missing tx.__class__" in html


def test_tables_lists_and_code_are_rendered():
    seen = Elements(render(book("| a |\n|---|\n| b |\n\n1. x\n\n- y\n\n`z`\n\n```\nw\n```"), {}))
    assert seen.tags >= {"table", "th", "td", "ol", "ul", "li", "code", "pre"}


def test_a_transaction_gives_its_values():
    context = transaction_context(
        {
            "transaction_id": "3f0c",
            "status": "failed",
            "milestones": [
                {"name": "a", "status": "done"},
                {"name": "b", "status": "failed"},
                {"name": "c", "status": "pending"},
                {"name": "d", "status": "missing"},
            ],
            "identifiers": [
                {"type": "po_number", "value": "45", "role": "identity"},
                {"type": "po_number", "value": "46", "role": "identity"},
            ],
            "origin": {"system": "mw", "category": "middleware", "evidence": [{"kind": "span", "why": "deepest"}]},
            "owner": {"team": "t", "escalation": "e"},
            "sla": {"deadline_at": None},
            "children": None,
        },
        {"name": "f", "process_owner": "P"},
    )
    body = (
        "{{ tx.current_milestone }} {{ tx.failed_milestone }} {{ tx.next_milestone }} {{ tx.missing_milestone }}"
        " {{ id.po_number }} {{ origin.why }} {{ owner.team }} {{ owner.process_owner }} {{ sla.deadline_at }}"
    )
    assert render(book(body), context) == "<p>a b c d 45 deepest t P &lt;missing sla.deadline_at&gt;</p>\n"


def test_a_runbook_read_without_a_transaction_knows_its_owner():
    flow = Flow.model_validate(
        {"name": "f", "title": "F", "tier": 1, "owner": "o", "process_owner": "P", "milestones": [{"name": "a"}]}
    )
    catalog = Catalog(flows={"f": flow}, owners={"o": Owner(name="o", escalation="rota")})
    runbook = Runbook(
        id="B", title="B", flow="f", owner="o", body="{{ owner.escalation }} {{ flow.title }} {{ tx.status }}"
    )
    assert render(runbook, general_context(runbook, catalog)) == "<p>rota F &lt;missing tx.status&gt;</p>\n"
