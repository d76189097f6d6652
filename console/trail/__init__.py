"""The audit trail, one sentence an act."""
