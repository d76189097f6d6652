"""Turns at work that takes a processor for long: heavy reads and password hashes."""
