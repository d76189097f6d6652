"""Events: alerts and submissions, their correlation, and the decision to create an incident (SOP 2)."""
