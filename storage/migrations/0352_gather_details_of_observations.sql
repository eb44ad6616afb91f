-- Waited for: until then a reader would find neither the columns nor the details.
ALTER TABLE observations
    UPDATE details = mapFilter((k, v) -> v != '', map(
        'status_message', status_message,
        'exception_type', toString(exception_type),
        'exception_message', exception_message,
        'body', body,
        'event_id', if(kind = 'event', event_id, ''),
        'hop_hashes', arrayStringConcat(arrayMap(h -> toString(h), hop_hashes), ' '),
        'links', arrayStringConcat(arrayMap(l -> lower(hex(concat(l.1, l.2))), links), ' '),
        'linked_units', arrayStringConcat(arrayMap(u -> toString(u), linked_units), ' '),
        'parent_type', if(parent_value = '', '', toString(parent_type)),
        'parent_value', parent_value))
WHERE status_message != '' OR exception_type != '' OR exception_message != '' OR body != '' OR kind = 'event'
    OR notEmpty(hop_hashes) OR notEmpty(links) OR notEmpty(linked_units) OR parent_value != ''
SETTINGS mutations_sync = 2
