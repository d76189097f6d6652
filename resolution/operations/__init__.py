"""Operations that end or reopen an incident (SOP 16): one file each."""

from resolution.operations import close, confirm, reopen, resolve, review

__all__ = ["close", "confirm", "reopen", "resolve", "review"]
