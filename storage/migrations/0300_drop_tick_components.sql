-- What components say of themselves goes on as columns and is written as tick_transactions.
DROP TABLE IF EXISTS tick_components
