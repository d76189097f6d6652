"""The origin of an audit entry."""

from django.db.models import TextChoices


class Origin(TextChoices):
    SYSTEM = "system"  # written by the server in the transaction of the act
    DISCOVERY = "discovery"  # a read; not chained, because a chain would serialise readers
    STATED = "stated"  # stated by a user (audit.log); never evidence
    IMPORTED = "imported"  # imported from an older system
