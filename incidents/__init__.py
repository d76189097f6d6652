"""Incidents, from their detection to their resolution (SOP 2, 12 to 19)."""
