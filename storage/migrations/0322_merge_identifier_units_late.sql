-- A row is rewritten half as often as with the default of 5 (D-024, D-044), for a few parts more.
ALTER TABLE identifier_units MODIFY SETTING merge_selector_base = 16
