"""The state machine as it is written down: one transaction after the other, in words of the design."""

from analytics.correlate.flows import NONE_US

QUIET_US = 30_000_000


def stand(plan, own, now_us):  # noqa: C901  # written down in one piece, as the rules are read
    """Return what is said of the transaction *own* of *plan*, without pauses and calendars."""
    places = range(len(plan.stages))
    done, stages = own["done"], plan.stages

    def passed(place):
        others = [done[p] for p in places if stages[place].choice and stages[p].choice == stages[place].choice]
        return done[place] or max(others, default=0)

    def due(place):
        stage = stages[place]
        start = own["started_us"] if stage.anchor is None else passed(stage.anchor)
        return start + stage.within_us if stage.within_us > NONE_US and (stage.anchor is None or start) else 0

    owed = [place for place in places if stages[place].required and not passed(place)]
    last = max((place for place in places if done[place]), default=-1)
    behind = next((place for place in owed if place > last), None)
    awaited = behind if behind is not None and stages[behind].blind else next(iter(owed), None)
    deadline = own["started_us"] + plan.deadline_us if plan.deadline_us > 0 else 0
    heard_us = -1 if awaited is None else stages[awaited].heard_us
    blind = awaited is not None and stages[awaited].blind

    def late(moment, delay_us):
        return moment > 0 and now_us >= moment + delay_us and (heard_us <= 0 or blind or heard_us >= moment)

    overdue = awaited is not None and late(due(awaited), stages[awaited].delay_us)
    past = late(deadline, plan.delay_us)
    terminal = min((done[place] for place in places if done[place] and stages[place].terminal), default=0)
    refusal = min((done[place] for place in places if done[place] and stages[place].failing), default=0)
    refused = bool(refusal) and (not terminal or terminal < refusal)
    trouble = any(max(own["broken_at"][p], own["waiting_at"][p]) > own["done_last"][p] for p in places)
    whole = any(stage.required for stage in stages) and not owed and not trouble
    finished = 0
    if not refused:
        finished = terminal
        if whole and not any(stage.terminal for stage in stages):
            finished = max(passed(place) for place in places if stages[place].required)
    judged_on = not own["untimely"]
    quiet = now_us >= own["last_us"] + QUIET_US
    if finished:
        status = "completed_late" if judged_on and deadline and finished > deadline else "completed"
    elif refused or any(own["broken_at"]):
        status = "failed"
    elif not plan.name:
        status = "in_progress" if not quiet else "failed" if own["root_failed"] else "completed"
    elif judged_on and (overdue or past):
        status = "unknown" if blind and heard_us < (due(awaited) if overdue else deadline) else "stuck"
    else:
        status = "in_progress"
    ended = refusal if refused else finished
    if not plan.name:
        ended = own["last_us"] if quiet and not own["root_failed"] else 0

    def state(place):
        repaired = finished and own["done_last"][place] > own["broken_at"][place]
        if own["broken_at"][place] and not repaired:
            return "failed"
        if done[place]:
            return "done"
        if passed(place) or stages[place].failing:
            return "skipped"
        return ("missing" if stages[place].required else "skipped") if ended else "pending"

    return {
        "status": status,
        "ended_us": ended,
        "deadline_us": deadline,
        "states": [state(place) for place in places],
        "due": [due(place) for place in places],
        "next_milestone": "" if ended or awaited is None else stages[awaited].name,
    }
