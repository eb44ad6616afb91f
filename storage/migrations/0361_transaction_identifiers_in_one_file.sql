-- A value's granule in one place of one file: who looks it up waits for the disk once, not once for each column. Merges keep
-- parts that are wide already as they are; reindexing writes them anew.
ALTER TABLE transaction_identifiers MODIFY SETTING min_bytes_for_wide_part = 1000000000000
