SELECT 1 FROM transactions_current WHERE flow = {flow:String} LIMIT 1
