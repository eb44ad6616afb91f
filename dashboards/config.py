"""What an operator may set about the pages."""

from pydantic import BaseModel, ConfigDict, Field


class DashboardsConfig(BaseModel):
    """
    The pages.

    Attributes:
        enabled: Whether this process serves pages at all; the API does not depend on it.
        title: Name in the browser's tab and the page header.
        default_range: Time range of a page whose address names none, e.g. ``24h``.
        refresh_s: Seconds between refreshes of a live page; 0 turns refreshing off until somebody asks for it.
        page_size: Transactions on one page of the list.
        max_spans: Rows of a waterfall; beyond it, siblings of one name become one row.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = True
    title: str = "Wayline"
    default_range: str = Field(default="24h", pattern=r"^\d+(m|h|d|w)$")
    refresh_s: int = Field(default=10, ge=0, le=3600)
    page_size: int = Field(default=50, ge=10, le=500)
    max_spans: int = Field(default=250, ge=20, le=2000)
