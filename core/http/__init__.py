"""The API over HTTP: views, routes, permissions, problems, idempotency, limits."""
