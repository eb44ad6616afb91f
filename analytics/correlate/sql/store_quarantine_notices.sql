-- The notice names type and extent, not the value, which may be health data; the id leads to it.
INSERT INTO notices
SELECT
    lower(hex(identity_hash)), 'quarantined_value', toString(type),
    concat('a value of ', type, ' would join ', toString(transactions), ' transactions and is not followed'),
    {now:DateTime64(3, 'UTC')}, if(quarantined, NULL, {now:DateTime64(3, 'UTC')}), {version:UInt64}
FROM tick_quarantine
WHERE quarantined != was_quarantined
