SELECT
    (SELECT sum(label) FROM tick_labels) AS before,
    (SELECT sum(label) FROM tick_labels_next) AS after
