"""Connections to PostgreSQL: servers that freeze, and poolers in front of them."""
