-- Every observation once, where none has a second copy.
INSERT INTO tick_observations
SELECT
    unit_id, unit_id, observation_id, content_hash, kind, at, end_at, trace_id, span_id, parent_span_id,
    system, category, service, peer_system, peer_category, name, span_kind, flow, milestone, steps,
    outcome, is_error, severity_number, identifiers, identity_hashes, identity_gaps_s, untimely, details
FROM tick_loaded
