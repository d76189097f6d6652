"""Resolving, reviewing, closing and reopening incidents (SOP 16), and the account of their whole life."""
