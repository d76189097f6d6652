"""Metrics, analytics and reports about incidents; the postmortem of SOP 16."""
