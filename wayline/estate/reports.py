"""Business events of systems that know only business keys, sent as CloudEvents."""

from collections.abc import Mapping

from wayline.estate.story import Story
from wayline.estate.telemetry import EventItem
from wayline.estate.trouble import NEVER_NS, Place, StalledError


def report(
    story: Story,
    system: str,
    event_type: str,
    *,
    milestone: str,
    keys: tuple[str, ...],
    data: Mapping[str, object] | None = None,
) -> None:
    """
    Emit a CloudEvent by which *system* says that *milestone* is reached, known by business *keys* only.

    Raises:
        StalledError: The source stays silent to the end of the run: it happened, but nobody hears of it.
    """
    service = story.landscape.service(system)
    with story.reaching(milestone):
        story.strikes(f"{system}!{event_type}", Place.REPORT, service)
        silent_until_ns = story.silent_until(system, story.at_ns)
        if silent_until_ns == NEVER_NS:
            raise StalledError(unheard=True)
    story.items.append(
        EventItem(
            source=f"/{service.name}",
            id=story.numbers.token("e-", 16),
            type=event_type,
            subject=story.identifiers[keys[0]],
            at_ns=story.at_ns,
            extensions={"flow": story.flow, "milestone": milestone, "system": service.name, "outcome": "ok"},
            data={**story.keys(*keys), **(data or {})},
            send_at_ns=silent_until_ns or story.at_ns,
        )
    )
