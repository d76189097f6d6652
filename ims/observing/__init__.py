"""What operators see: one log line and a few counted figures for each request, gathered at /metrics."""
