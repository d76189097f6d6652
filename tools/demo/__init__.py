"""Demo data, created by operations."""
