"""Rules, evaluation, state, routing, notification and escalation."""
