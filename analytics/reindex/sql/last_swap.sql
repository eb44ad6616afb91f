SELECT state, beside, tables, rebuilt FROM reindex_swaps ORDER BY at DESC, state DESC LIMIT 1
