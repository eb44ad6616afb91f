"""Which deviating runs are accounted for by another system deeper in their traces; pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from analytics.origin.rank import Explained
from analytics.origin.shapes import Deviation, Sample, Tally

Calls = Mapping[Sample, tuple[str, str]]
"""Per span of some traces: the id of the span above it (zeros for none) and its system."""


def explained_parts(found: Mapping[Deviation, Tally], calls: Calls) -> dict[Deviation, Explained]:
    """
    Return per deviation which part of its sampled runs has a deviating run of another system below it.

    Args:
        found: The deviations; all samples of their shapes count.
        calls: Spans of the traces of these samples.
    """
    deviating = {sample for tally in found.values() for shape in tally.shapes for sample in shape.samples}
    accounted = {above for sample in deviating for above in _callers(sample, calls)}
    parts = {}
    for deviation, tally in found.items():
        shares: dict[bool, list[float]] = defaultdict(list)
        for shape in tally.shapes:
            share = sum(sample in accounted for sample in shape.samples) / len(shape.samples)
            shares[shape.in_window] += [share * shape.runs]
        parts[deviation] = Explained(
            sum(shares[True]) / tally.runs if tally.runs else 0.0,
            sum(shares[False]) / tally.baseline_runs if tally.baseline_runs else 0.0,
        )
    return parts


def _callers(sample: Sample, calls: Calls) -> Iterator[Sample]:
    """Yield the spans of other systems above a span, each once also where spans name each other as parents."""
    if sample not in calls:
        return
    above, system = calls[sample]
    passed = {sample}
    while (caller := Sample(sample.trace_id, above)) in calls and caller not in passed:
        passed.add(caller)
        above, its_system = calls[caller]
        if its_system != system:
            yield caller
