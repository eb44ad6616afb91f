"""Which files make up a catalog, and what they contain."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from runbooks.findings import CatalogError, Finding

PACKAGED = Path(__file__).parent / "catalog"
"""The catalog that is shipped; its runbooks lie one folder up, beside this code."""


@dataclass(frozen=True)
class CatalogFile:
    """
    One file as it was read.

    Attributes:
        layer: Index of its folder; entries of a later folder replace those of an earlier one.
        kind: ``yaml`` or ``markdown``.
    """

    path: Path
    layer: int
    kind: str
    text: str


def catalog_paths(dirs: Sequence[Path]) -> list[tuple[Path, int, str]]:
    """Return path, layer and kind of the files of the catalog folders *dirs*, in reading order."""
    found: list[tuple[Path, int, str]] = []
    for layer, folder in enumerate(dirs):
        markdown = folder.parent if folder.resolve() == PACKAGED.resolve() else folder / "runbooks"
        found += [(path, layer, "yaml") for path in sorted(folder.glob("*.yaml"))]
        found += [(path, layer, "markdown") for path in sorted(markdown.glob("*.md")) if path.name != "README.md"]
    return found


def read_files(dirs: Sequence[Path]) -> list[CatalogFile]:
    """
    Read the catalog folders *dirs*.

    Raises:
        CatalogError: A folder does not exist or a file cannot be read as UTF-8.
    """
    findings = [
        Finding(folder, 1, "no-folder", "the catalog folder does not exist", "check --catalog", blocking=True)
        for folder in dirs
        if not folder.is_dir()
    ]
    files: list[CatalogFile] = []
    for path, layer, kind in catalog_paths(dirs):
        try:
            files.append(CatalogFile(path, layer, kind, path.read_text(encoding="utf-8-sig")))
        except (OSError, UnicodeDecodeError) as error:
            findings.append(
                Finding(path, 1, "unreadable", f"cannot be read: {error}", "save it as UTF-8 text", blocking=True)
            )
    if findings:
        raise CatalogError(findings)
    return files


def content_version(files: Sequence[CatalogFile]) -> str:
    """Return a hash of names and contents, 16 hex digits."""
    digest = hashlib.sha256()
    for file in files:
        for part in (f"{file.layer}/{file.path.name}", file.text):
            encoded = part.encode()
            digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.hexdigest()[:16]
