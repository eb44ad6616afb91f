"""Transactions: by any identifier, and as lists."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from analytics.api.answers import json_answer
from analytics.api.models import Problem, TransactionDetail, TransactionList
from analytics.api.params import Moment, Names, check_order, tier_numbers
from analytics.api.problems import problem
from analytics.read.filters import MAX_LIMIT, TransactionFilter
from analytics.read.reader import Reader

_BAD: dict[int | str, dict[str, Any]] = {400: {"model": Problem, "description": "A parameter is wrong"}}


def add_transaction_paths(router: APIRouter, reader: Reader) -> None:
    """Add ``/transactions`` and ``/transactions/{id}`` to *router*."""

    @router.get("/transactions", responses={200: {"model": TransactionList}, **_BAD}, tags=["transactions"])
    def transactions(
        since: Moment = None,
        until: Moment = None,
        flow: Names = [],  # noqa: B006  # FastAPI copies the default
        status: Names = [],  # noqa: B006
        tier: Names = [],  # noqa: B006
        system: Names = [],  # noqa: B006
        origin: Names = [],  # noqa: B006
        milestone: Annotated[str, Query(description="name (reached) or name:status")] = "",
        parent: Annotated[str, Query(description="transaction id of the parent")] = "",
        variant: Annotated[str, Query(description="a way of /flows/{flow}/variants; name the flow too")] = "",
        at_risk: Annotated[bool, Query(description="only open ones that will probably miss their deadline")] = False,
        q: Annotated[str, Query(description="an identifier or its first characters, case-sensitive")] = "",
        sort: Annotated[str, Query(description="a field, with a leading - for descending")] = "-started_at",
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 100,
        cursor: Annotated[str, Query(description="next_cursor of the page before")] = "",
    ) -> Response:
        """List transactions, newest first unless sorted otherwise."""
        check_order(since, until)
        wanted = TransactionFilter(
            flow=tuple(flow),
            status=tuple(status),
            tier=tier_numbers(tier),
            system=tuple(system),
            origin=tuple(origin),
            milestone=milestone,
            parent=parent,
            variant=variant,
            at_risk=at_risk,
            since=since,
            until=until,
            q=q,
            sort=sort,
            limit=limit,
            cursor=cursor,
        )
        return json_answer(reader.transactions(wanted))

    @router.get(
        "/transactions/{identifier:path}",
        responses={
            200: {"model": TransactionDetail},
            300: {"model": TransactionList, "description": "Several transactions hold this identifier"},
            404: {"model": Problem, "description": "None does; `searched` says what was looked up"},
        },
        tags=["transactions"],
    )
    def transaction(
        request: Request,
        identifier: str,
        type: Annotated[str | None, Query(description="identifier type, e.g. po_number")] = None,  # noqa: A002
    ) -> Response:
        """Return the transaction that holds this identifier, of any type; percent-encode it, slashes included."""
        found = reader.transaction(identifier, type or None)
        if found.kind == "none":
            detail = "no transaction holds this identifier"
            return problem(404, detail, instance=request.url.path, **found.body)
        return json_answer(found.body, 300 if found.kind == "many" else 200)
