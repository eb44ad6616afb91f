-- What the transactions of a tick have: what none of them has is not looked after.
SELECT
    countIf(notEmpty(parents)) AS parents,
    countIf(notEmpty(waits)) AS waits,
    countIf(next_judge_us > 0) AS judgements,
    countIf(notEmpty(verdicts)) AS verdicts,
    countIf(flow != '') AS flows,
    countIf(transaction_id NOT IN (SELECT transaction_id FROM tick_prior)) AS fresh,
    (SELECT countIf(parent_type != '') FROM tick_prior) AS children,
    (SELECT countIf(revision = 0) FROM tick_prior) AS cut,
    (SELECT countIf(transaction_id NOT IN (SELECT transaction_id FROM tick_transactions)) FROM tick_prior) AS gone
FROM tick_transactions
