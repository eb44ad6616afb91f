"""What the ways of many transactions through a flow have in common: times between milestones, rework, variants."""
