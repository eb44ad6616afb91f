SELECT count() > 0 AND max(looked_up_at) > {since:DateTime64(3, 'UTC')} AND max(looked_up_at) <= {now:DateTime64(3, 'UTC')} FROM origin_outcomes
