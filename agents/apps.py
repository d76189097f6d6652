from django.apps import AppConfig


class AgentsConfig(AppConfig):
    """Only modules that serve MCP import the `mcp` package, so the application runs without it."""

    name = "agents"
