-- The flow of every component: a named one before one that only its milestones suggest, then the one most of whose
-- milestones were passed, then the more important, then by name (codes are in that order).
INSERT INTO tick_chosen
SELECT
    * EXCEPT (candidates, named_flows, step_flows),
    if(length(candidates) < 2, candidates, arraySort(
        f -> (NOT has(named_flows, f), -toInt64(countEqual(step_flows, f)), f), candidates))[1] AS flow_code
FROM
(
    SELECT *, arrayDistinct(arrayConcat(named_flows, step_flows)) AS candidates
    FROM
    (
        SELECT
            *,
            arrayMap(s -> {step_flows:Array(UInt32)}[s], seen_codes) AS step_flows,
            arrayFilter(f -> f != 0, arrayMap(
                f -> transform(f, {flow_names:Array(String)}, {flow_codes:Array(UInt32)}, 0), explicit_flows))
                AS named_flows
        FROM tick_components
        WHERE evident
    )
)
