"""Observability: one log line and a few metrics for each request, exposed at /metrics."""
