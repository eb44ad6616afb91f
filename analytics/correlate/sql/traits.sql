-- What the transactions of a tick have: what none of them has is not looked after.
SELECT
    countIf(notEmpty(parents)) AS parents,
    countIf(notEmpty(waits)) AS waits,
    countIf(next_judge_us > 0) AS judgements,
    countIf(notEmpty(verdicts)) AS verdicts,
    countIf(flow != '') AS flows,
    (SELECT countIf(parent_type != '') FROM tick_prior) AS children
FROM tick_transactions
