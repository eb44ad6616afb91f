ALTER TABLE tick_parents DELETE WHERE toString(transaction_id) IN {children:Array(String)}
SETTINGS mutations_sync = 1
