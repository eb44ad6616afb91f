"""Which addresses may become links: nothing that came with telemetry or a catalog may run a script."""

from urllib.parse import urlsplit

_SCHEMES = {"http", "https"}


def safe_href(address: str | None) -> str | None:
    """
    Return *address* when it is a path on this site or http(s), else None.

    Browsers ignore control characters and white space inside a scheme, and read a back-slash as a slash; an
    address with any of them is refused rather than repaired.
    """
    text = (address or "").strip()
    if not text or "\\" in text or any(ord(character) <= ord(" ") for character in text):
        return None
    if text.startswith("//"):
        return None
    if text.startswith(("/", "#", "?")):
        return text
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme.lower() in _SCHEMES and parts.netloc else None
