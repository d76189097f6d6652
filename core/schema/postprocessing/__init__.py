"""Hooks over the finished OpenAPI description."""
