"""The API over HTTP: views, routes, permissions, problem documents, idempotency, limits."""
