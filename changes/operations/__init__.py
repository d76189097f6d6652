"""Operations on changes (SOP 20) and rollbacks (SOP 21)."""

from changes.operations import changes, rollbacks

__all__ = ["changes", "rollbacks"]
