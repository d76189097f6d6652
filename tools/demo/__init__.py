"""The demonstration: a world of records made by operations."""
