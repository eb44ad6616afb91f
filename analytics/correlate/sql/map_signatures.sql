-- What was extracted, with systems, flows and milestones as the catalog's patterns name them.
INSERT INTO tick_new
WITH
    transform(signature, {signatures:Array(UInt64)}, {places:Array(UInt32)}, 0) AS place,
    transform(peer, {peers:Array(String)}, {peer_places:Array(UInt32)}, 0) AS peer_place,
    transform({flows:Array(String)}[place], {gap_flows:Array(String)}, {flow_gaps_s:Array(UInt32)}, 0) AS flow_gap_s
SELECT
    unit_id, observation_id, content_hash, segment_id, kind, at, end_at, trace_id, span_id, parent_span_id,
    {systems:Array(String)}[place] AS system,
    {categories:Array(String)}[place] AS category,
    service,
    {peer_systems:Array(String)}[peer_place] AS peer_system,
    {peer_categories:Array(String)}[peer_place] AS peer_category,
    name, span_kind,
    {flows:Array(String)}[place] AS flow_,
    {milestones:Array(String)}[place] AS milestone_,
    {steps:Array(Array(String))}[place] AS steps,
    outcome, is_error, severity_number,
    identifiers, identity_hashes,
    if(flow_gap_s = 0, identity_gaps_s, arrayMap(g -> toUInt32(flow_gap_s), identity_gaps_s)) AS gaps,
    untimely, details
FROM tick_extracted
