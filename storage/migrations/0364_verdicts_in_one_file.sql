-- As 0361_transaction_identifiers_in_one_file.sql.
ALTER TABLE verdicts MODIFY SETTING min_bytes_for_wide_part = 1000000000000
