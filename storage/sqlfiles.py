"""SQL text lives in ``.sql`` files beside the code that sends it; this reads them once."""

from functools import cache
from importlib.resources import files


@cache
def load_sql(package: str, name: str) -> str:
    """
    Return the text of ``<package>/<name>.sql``.

    Args:
        package: Import name of the package that holds the file, e.g. ``analytics.read``.
        name: File name without the ending; may contain ``/``.
    """
    return files(package).joinpath(f"{name}.sql").read_text(encoding="utf-8")
