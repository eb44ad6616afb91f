SELECT
    (SELECT count() FROM tick_fragments) > 0 OR (SELECT countIf(notEmpty(parents)) FROM tick_transactions) > 0 AS named
