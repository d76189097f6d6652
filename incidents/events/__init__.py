"""Events: alerts and submissions, what relates them, and whether they call for an incident (SOP 2)."""
