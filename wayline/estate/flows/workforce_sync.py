"""A change of a worker: HR, identity, directory, access rights, time clocks, scheduling."""

from opentelemetry.trace import SpanKind

from wayline.estate.calls import call, database, work
from wayline.estate.queues import Message, deliver, publish
from wayline.estate.reports import report
from wayline.estate.story import Story

_ON_SITE_RATIO = 0.5


def tell_workforce_sync(story: Story) -> None:
    """Tell one hire, transfer or leave until the schedule knows it."""
    story.identifiers |= {"correlation": story.numbers.token("c-"), "employee_id": story.numbers.serial("E", 8)}
    on_site = story.numbers.rng.random() < _ON_SITE_RATIO
    change = _change_worker(story)
    deliver(
        story,
        change,
        "mw-orchestrator",
        lambda: _provision(story),
        attempting="account_provisioned",
        keys=("employee_id",),
    )
    _sync_directory(story)
    _grant_access(story)
    if on_site:
        _register_at_clocks(story)
    _schedule(story)


def _change_worker(story: Story) -> Message:
    with story.step("hr-core", "POST /workers", keys=("correlation", "employee_id"), kind=SpanKind.SERVER):
        with story.step("hr-core", "change worker", milestone="worker_changed", keys=("employee_id",)):
            work(story, "validate position", 4, 30)
            database(story, "erp-db", "UPDATE", "HR_ASSIGNMENTS")
        return publish(story, "workforce-queue", "workforce.changes", conversation=story.numbers.rng.random() < 0.5)  # noqa: PLR2004 - half of the producers set it


def _provision(story: Story) -> None:
    work(story, "map worker to account", 3, 20)
    with (
        call(story, "identity-service", "POST /users"),
        story.step("identity-service", "provision account", milestone="account_provisioned", keys=("employee_id",)),
    ):
        story.busy(20, 120)


def _sync_directory(story: Story) -> None:
    story.wait(3, 15)
    with story.step("directory", "directory sync", milestone="directory_synced", keys=("employee_id",)):
        story.busy(30, 200)


def _grant_access(story: Story) -> None:
    story.wait(5, 40)
    with (
        story.step("mw-orchestrator", "grant access rights", keys=("correlation", "employee_id")),
        story.attempting("access_granted"),
        call(story, "identity-service", "POST /roles/assignments"),
        story.step("identity-service", "assign roles", milestone="access_granted", keys=("employee_id",)),
        call(story, "directory", "POST /ldap/modify"),
    ):
        story.busy(5, 40)


def _register_at_clocks(story: Story) -> None:
    story.wait(2, 10)
    with (
        story.step("mw-orchestrator", "register at time clocks", keys=("correlation",)),
        story.attempting("time_clock_ready"),
        call(story, "campus-wan", "CONNECT time-clocks"),
        story.step("campus-wan", "push badge", milestone="time_clock_ready", keys=("employee_id",)),
    ):
        work(story, "forward to campus", 5, 60)


def _schedule(story: Story) -> None:
    story.wait(5, 30)
    with (
        story.step("mw-orchestrator", "publish worker to scheduling", keys=("employee_id",)),
        story.attempting("schedule_ready"),
        call(story, "scheduling-saas", "PUT /api/workers", remote=True),
    ):
        story.busy(30, 200)
    story.wait(10, 60)
    report(story, "scheduling-saas", "com.scheduling.worker.ready", milestone="schedule_ready", keys=("employee_id",))
