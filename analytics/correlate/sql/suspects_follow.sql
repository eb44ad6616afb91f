ALTER TABLE tick_excluded DELETE WHERE identity_hash IN {values:Array(UInt64)}
SETTINGS mutations_sync = 1
