"""A ledger extract to analytics: one batch, many journals, each a transaction of its own."""

from wayline.estate.calls import call, database, work
from wayline.estate.passages import Child, Passed
from wayline.estate.story import Story
from wayline.estate.telemetry import Attributes, Failure

_CHILD_FLOW = "gl_journal"
_PARENT_TYPE = "journal_batch"
_KNOWS_CORRELATION_RATIO = 0.5
_REJECTION = Failure("ConstraintViolation", "ORA-02291: integrity constraint FK_COST_CENTER violated")


def tell_gl_posting(story: Story) -> None:
    """Tell one batch: extracted together, validated together, posted one by one."""
    rng = story.numbers.rng
    story.identifiers |= {
        "correlation": story.numbers.token("c-"),
        "journal_batch": story.numbers.serial("GLB", 8),
        "ledger_period": f"2026-{rng.randint(1, 12):02d}",
    }
    rejected = set(rng.sample(range(story.batch_size), story.batch_rejects))
    story.children += [_new_child(story, number, rejected=number in rejected) for number in range(story.batch_size)]
    _extract(story)
    _validate(story)
    _load(story)
    story.wait(10, 40)
    with story.step("compliance-archive", "archive close report", milestone="close_reported", keys=("journal_batch",)):
        story.busy(20, 90)


def _new_child(story: Story, number: int, *, rejected: bool) -> Child:
    identifiers = {
        "correlation": story.numbers.token("c-"),
        "journal_number": story.numbers.serial("JE", 8, part=number + 1),
    }
    return Child(flow=_CHILD_FLOW, identifiers=identifiers, rejected=rejected)


def _extract(story: Story) -> None:
    with story.step("gl-extract", "start extract", milestone="extract_started", keys=("correlation", "journal_batch")):
        story.busy(5, 30)
    story.wait(1, 4)
    with story.step("gl-extract", "extract period", keys=("journal_batch", "ledger_period")):
        database(story, "erp-db", "SELECT", "GL_JE_HEADERS")
        for child in story.children:
            child.started_ns = story.at_ns
            said = _child_attributes(story, child, "journal_extracted", correlation=True)
            with story.span("gl-extract", "extract journal", attributes=said):
                story.busy(1, 6)
            child.milestones["journal_extracted"] = Passed("done", story.at_ns)


def _validate(story: Story) -> None:
    story.wait(3, 20)
    with (
        story.step("gl-extract", "hand over for validation", keys=("journal_batch",)),
        story.attempting("journals_validated"),
        call(story, "mw-transform", "POST /journals/validate"),
        story.step("mw-transform", "validate journals", milestone="journals_validated", keys=("journal_batch",)),
    ):
        work(story, "map chart of accounts", 20, 120)


def _load(story: Story) -> None:
    story.wait(5, 30)
    knows = story.numbers.rng.random() < _KNOWS_CORRELATION_RATIO
    with story.step("analytics-warehouse", "load journals", milestone="journals_loaded", keys=("journal_batch",)):
        for child in story.children:
            reached = "journal_rejected" if child.rejected else "journal_posted"
            said = _child_attributes(story, child, reached, correlation=knows)
            with story.span("analytics-warehouse", "post journal", attributes=said):
                story.busy(1, 8)
                if child.rejected:
                    story.complain(_REJECTION)
            child.milestones[reached] = Passed("done", story.at_ns)


def _child_attributes(story: Story, child: Child, milestone: str, *, correlation: bool) -> Attributes:
    number_names = story.landscape.attribute_names("journal_number")
    attributes: Attributes = {
        "business.flow": child.flow,
        "business.milestone": milestone,
        "business.parent_type": _PARENT_TYPE,
        "business.parent_id": story.identifiers[_PARENT_TYPE],
        story.numbers.rng.choice(number_names): child.identifiers["journal_number"],
    }
    if correlation:
        attributes["correlation.id"] = child.identifiers["correlation"]
    return attributes
