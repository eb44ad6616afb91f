-- A row is rewritten half as often as with the default of 5 (D-024, D-044), for a few parts more.
ALTER TABLE transaction_identifiers MODIFY SETTING merge_selector_base = 16
