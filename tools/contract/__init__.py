"""The OpenAPI description as a file of the repository, and the detection of breaking changes."""
