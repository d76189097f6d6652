"""Products and the infrastructure components that support them (SOP 8, 9)."""
