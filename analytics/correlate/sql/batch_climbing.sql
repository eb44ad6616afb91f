SELECT countIf(owner = 0 AND reinterpretAsUInt64(up) != 0) AS climbing FROM tick_batch_spans
