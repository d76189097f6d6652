"""Where an audit entry comes from."""

from django.db.models import TextChoices


class Origin(TextChoices):
    SYSTEM = "system"  # written by the server in the transaction of the act
    DISCOVERY = "discovery"  # a read; not chained, because a chain would make readers queue
    STATED = "stated"  # stated by a user (audit.log); never evidence
    IMPORTED = "imported"  # carried over from an older system
