"""Paths of alerting: alerts, acknowledgement, silences, rules and their backtests; errors are RFC 9457 problems."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Body, Query
from pydantic import AliasChoices, AwareDatetime, BaseModel, ConfigDict, Field, field_validator
from starlette.responses import Response

from alerting.errors import (
    AlertNotFoundError,
    AlertOverError,
    NotBacktestableError,
    RuleNotFoundError,
    SilenceError,
    SilenceNotFoundError,
)
from alerting.labels import Matcher, MatchOperator, compile_pattern
from alerting.mute import SilenceKind
from alerting.read import AlertFilter, InvalidFilterError
from alerting.service import AlertService
from analytics.api import problem
from analytics.api.params import Moment, time_range, window_seconds
from core.access import signed
from core.errors import ConfigError, PermanentError

_STATUS: dict[type[PermanentError], int] = {
    AlertNotFoundError: 404,
    SilenceNotFoundError: 404,
    RuleNotFoundError: 404,
    AlertOverError: 409,
    SilenceError: 400,
    InvalidFilterError: 400,
    NotBacktestableError: 400,
    ConfigError: 400,
}
_MAX_TEXT = 2_000
_MAX_PERIOD = timedelta(days=400)


class Deed(BaseModel):
    """What a person did to an alert."""

    model_config = ConfigDict(extra="forbid")

    by: str = Field(default="api", max_length=200, description="who")
    note: str = Field(default="", max_length=_MAX_TEXT)


class MatcherBody(BaseModel):
    """A condition on a label; ``isRegex`` and ``isEqual`` are read as Alertmanager writes them."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    name: str = Field(min_length=1, max_length=200)
    value: str = Field(max_length=500)
    operator: MatchOperator = "="
    is_regex: bool | None = Field(default=None, alias="isRegex")
    is_equal: bool | None = Field(default=None, alias="isEqual")

    def matcher(self) -> Matcher:
        """Return the condition."""
        operator = self.operator
        if self.is_regex is not None or self.is_equal is not None:
            equal = self.is_equal is not False
            operator = ("=~" if equal else "!~") if self.is_regex else ("=" if equal else "!=")
        if operator in {"=~", "!~"}:
            compile_pattern(self.value)
        return Matcher(self.name, self.value, operator)


class SilenceBody(BaseModel):
    """A silence to make, or to put in the place of another; camelCase names of Alertmanager are read as well."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    id: str = ""
    matchers: tuple[MatcherBody, ...] = Field(min_length=1, max_length=50)
    starts_at: AwareDatetime | None = Field(default=None, validation_alias=AliasChoices("starts_at", "startsAt"))
    ends_at: AwareDatetime = Field(validation_alias=AliasChoices("ends_at", "endsAt"))
    created_by: str = Field(
        default="api", max_length=200, validation_alias=AliasChoices("created_by", "createdBy", "by")
    )
    comment: str = Field(default="", max_length=_MAX_TEXT)
    kind: SilenceKind = SilenceKind.SILENCE

    @field_validator("starts_at", "ends_at")
    @classmethod
    def _within_reason(cls, moment: datetime | None) -> datetime | None:
        if moment is not None and not 1970 <= moment.year <= 9000:  # noqa: PLR2004 - what both stores can hold
            raise ValueError("must lie between 1970 and 9000")
        return moment


def build_router(service: AlertService) -> APIRouter:
    """Return the paths of alerting under ``/api/v1``."""
    router = APIRouter(prefix="/api/v1", tags=["alerts"])
    _add_alerts(router, service)
    _add_silences(router, service)
    _add_rules(router, service)
    return router


def _add_alerts(router: APIRouter, service: AlertService) -> None:
    @router.get("/alerts")
    def alerts(
        state: Annotated[str, Query(description="pending, firing, recovering, resolved, open or all")] = "open",
        flow: str | None = None,
        tier: Annotated[int | None, Query(ge=0, le=9)] = None,
        limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
        cursor: str = "",
    ) -> Response:
        """List alerts, the newest first; without *state* those that are open."""
        return _answer(
            "/api/v1/alerts",
            lambda: service.read.alerts(AlertFilter(state=state, flow=flow, tier=tier, limit=limit, cursor=cursor)),
        )

    @router.get("/alerts/{alert_id}")
    def alert(alert_id: str) -> Response:
        """Return one alert by id or fingerprint."""

        def find() -> dict[str, Any]:
            found = service.read.alert(alert_id)
            if found is None:
                raise AlertNotFoundError(alert_id)
            return found

        return _answer(f"/api/v1/alerts/{alert_id}", find)

    @router.post("/alerts/{alert_id}/ack")
    def ack(alert_id: str, deed: Annotated[Deed | None, Body()] = None) -> Response:
        """Acknowledge: no repeats, no escalation."""
        by = deed or Deed()
        return _answer(f"/api/v1/alerts/{alert_id}/ack", lambda: service.ack(alert_id, by=signed(by.by), note=by.note))

    @router.post("/alerts/{alert_id}/resolve")
    def resolve(alert_id: str, deed: Annotated[Deed | None, Body()] = None) -> Response:
        """End by hand; quiet for the repeat interval of its tier while the condition still holds."""
        by = deed or Deed()
        return _answer(
            f"/api/v1/alerts/{alert_id}/resolve", lambda: service.resolve(alert_id, by=signed(by.by), note=by.note)
        )


def _add_silences(router: APIRouter, service: AlertService) -> None:
    def put(body: SilenceBody, silence_id: str) -> dict[str, object]:
        return service.silence(
            until=body.ends_at,
            by=signed(body.created_by),
            reason=body.comment,
            starts=body.starts_at,
            matchers=tuple(matcher.matcher() for matcher in body.matchers),
            kind=body.kind,
            silence_id=silence_id,
        )

    def find(silence_id: str) -> dict[str, Any]:
        found = next((each for each in service.read.silences() if each["id"] == silence_id), None)
        if found is None:
            raise SilenceNotFoundError(silence_id)
        return found

    @router.get("/silences")
    def silences(state: Annotated[Literal["", "pending", "active", "expired"], Query()] = "") -> Response:
        """List silences and maintenance, the latest end first."""
        return _answer(
            "/api/v1/silences",
            lambda: {
                "items": [each for each in service.read.silences() if state in {"", each["state"]}],
                "next_cursor": None,
            },
        )

    @router.post("/silences", status_code=201)
    def create(body: SilenceBody) -> Response:
        """Make a silence, or replace the one whose id is given."""
        return _answer("/api/v1/silences", lambda: put(body, body.id), status=200 if body.id else 201)

    @router.get("/silences/{silence_id}")
    def silence(silence_id: str) -> Response:
        """Return one silence."""
        return _answer(f"/api/v1/silences/{silence_id}", lambda: find(silence_id))

    @router.put("/silences/{silence_id}")
    def replace(silence_id: str, body: SilenceBody) -> Response:
        """Replace a silence."""
        return _answer(f"/api/v1/silences/{silence_id}", lambda: put(body, silence_id))

    @router.delete("/silences/{silence_id}")
    def expire(silence_id: str) -> Response:
        """End a silence now; it stays listed as expired."""
        return _answer(f"/api/v1/silences/{silence_id}", lambda: service.expire_silence(silence_id))


def _add_rules(router: APIRouter, service: AlertService) -> None:
    @router.get("/rules")
    def rules() -> Response:
        """List the rules in force."""
        return _answer("/api/v1/rules", lambda: {"items": service.read.rules(), "next_cursor": None})

    @router.get("/rules/{name}/backtest")
    def backtest(
        name: str,
        since: Moment = None,
        until: Moment = None,
        window: Annotated[str, Query(description="period before *until* where *since* is not given")] = "7d",
        step: Annotated[str, Query(description="time between evaluations")] = "1m",
    ) -> Response:
        """Replay a rule over stored history: alerts per day, trouble caught and missed."""

        def run() -> dict[str, Any]:
            begins, ends = time_range(since, until, window, service.now)
            if ends - begins > _MAX_PERIOD:
                raise InvalidFilterError("the period is longer than 400 days", remedy="mend since and until")
            return service.backtest(name, since=begins, until=ends, step_s=window_seconds(step, "step"))

        return _answer(f"/api/v1/rules/{name}/backtest", run)


def _answer(path: str, make: Callable[[], dict[str, Any]], status: int = 200) -> Response:
    try:
        body = make()
    except tuple(_STATUS) as error:
        return problem(_STATUS[type(error)], str(error), instance=path)
    return Response(orjson.dumps(body), status_code=status, media_type="application/json")
