"""Resolving, reviewing, closing and reopening incidents (SOP 16), and their timeline."""
