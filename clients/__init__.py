"""Clients, their subscriptions and service-level agreements (SOP 3, 4, 10, 11, 26)."""
