"""The OpenAPI description as a file of the repository, and what of a change to it would break a client."""
