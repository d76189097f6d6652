"""Vendors: the external service providers (SOP 7)."""
