-- Reads as before; what selects everything gets the details as they are stored.
ALTER TABLE observations
    ADD COLUMN IF NOT EXISTS status_message String ALIAS details['status_message'],
    ADD COLUMN IF NOT EXISTS exception_type LowCardinality(String) ALIAS details['exception_type'],
    ADD COLUMN IF NOT EXISTS exception_message String ALIAS details['exception_message'],
    ADD COLUMN IF NOT EXISTS body String ALIAS details['body'],
    ADD COLUMN IF NOT EXISTS source String ALIAS if(kind = 'event', toString(service), ''),
    ADD COLUMN IF NOT EXISTS event_id String ALIAS if(kind = 'log', toString(content_hash), details['event_id']),
    ADD COLUMN IF NOT EXISTS hop_hashes Array(UInt64)
        ALIAS arrayMap(h -> toUInt64(h), splitByWhitespace(details['hop_hashes'])),
    ADD COLUMN IF NOT EXISTS links Array(Tuple(trace_id FixedString(16), span_id FixedString(8)))
        ALIAS arrayMap(l -> (toFixedString(unhex(substring(l, 1, 32)), 16), toFixedString(unhex(substring(l, 33)), 8)),
            splitByWhitespace(details['links'])),
    ADD COLUMN IF NOT EXISTS linked_units Array(UInt64)
        ALIAS arrayMap(u -> toUInt64(u), splitByWhitespace(details['linked_units'])),
    ADD COLUMN IF NOT EXISTS parent_type LowCardinality(String) ALIAS details['parent_type'],
    ADD COLUMN IF NOT EXISTS parent_value String ALIAS details['parent_value']
