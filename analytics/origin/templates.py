"""How log lines become templates: what the lines of one place in a program have in common."""

from storage.sqlfiles import load_sql

TEMPLATES = {
    "place": (
        r"[\w$]+(?:\.[\w$]+)*\.[A-Z][\w$]*#\d{1,5}\b"
        r"|[\w/.-]+\.(?:java|kt|scala|py|go|js|ts|cs|rb|php|cc|cpp|c|rs):\d{1,5}\b"
    ),
    "changing": (
        r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b"
        r"|[0-9a-fA-F]{8}[0-9a-fA-F-]*|[0-9]+"
    ),
    "assigned": r"([:=])\s*[^\s,;\])}]+",
    "listed": r"\*[\s*,;:.\[\](){}-]*\*",
    "complaint": r"\b(?:WARN|WARNING|ERROR|SEVERE|CRITICAL|FATAL)\b",
}
"""
How log lines become templates: by the place in the code where they name it, else by their text with what changes left
out (dates, numbers, ids, values after a colon or an equals sign, lists of these). A line that came without a severity
complains when its beginning says so.
"""

_KEY = """cityHash64(if(extract(body, {place:String}) != '', extract(body, {place:String}), substring(
    replaceRegexpAll(replaceRegexpAll(replaceRegexpAll(substring(body, 1, 1000),
        {changing:String}, '*'), {assigned:String}, '\\\\1*'), {listed:String}, '*'), 1, 100)))"""
_TEXT = "substring(replaceRegexpAll(substring(body, 1, 1000), {changing:String}, '*'), 1, 200)"
PARAMS = {key: TEMPLATES[key] for key in ("place", "changing", "assigned", "listed")}


def with_templates(name: str) -> str:
    """Return ``sql/<name>.sql``, TEMPLATE and TEXT being key and wording of ``body``; `PARAMS` are to be bound."""
    sql = load_sql("analytics.origin", f"sql/{name}")
    return sql.replace("TEMPLATE AS", f"{_KEY} AS").replace("TEXT AS", f"{_TEXT} AS")
