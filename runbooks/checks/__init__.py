"""What is wrong with a catalog whose entries are each well-formed."""
