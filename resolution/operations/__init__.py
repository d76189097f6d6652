"""What ends an incident, and what takes it up again (SOP 16): one file for each operation."""

from resolution.operations import close, confirm, reopen, resolve, review

__all__ = ["close", "confirm", "reopen", "resolve", "review"]
