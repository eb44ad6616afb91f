-- Every observation once, where none has a second copy.
INSERT INTO tick_observations
SELECT
    unit_id, unit_id, observation_id, kind, at, end_at, trace_id, span_id, parent_span_id,
    system, category, service, peer_system, peer_category, name, span_kind, flow, milestone, steps,
    outcome, is_error, status_message, exception_type, exception_message, severity_number, body, source, event_id,
    identifiers, identity_hashes, identity_gaps_s, hop_hashes, links, linked_units,
    parent_type, parent_value, untimely
FROM tick_loaded
