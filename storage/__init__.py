"""The only importer of the ClickHouse engine; schema, migrations and the small relational state store."""
