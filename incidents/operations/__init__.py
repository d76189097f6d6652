"""What happens to incidents, and when it may: one file for each procedure."""

from incidents.operations import classify, create, notes, update

__all__ = ["classify", "create", "notes", "update"]
