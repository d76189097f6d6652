"""Change and rollback requests (SOP 20, 21)."""
