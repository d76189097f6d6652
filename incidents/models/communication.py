"""Communications (SOP 17)."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.models import IMPORTED, MARKED, Record
from core.verbs import Verb
from incidents.response.choices import NAMES_USER, PORTAL, CommunicationType, DeliveryStatus, RecipientType
from incidents.response.querysets import CommunicationQuerySet

_STATUS = DeliveryStatus
# The time of the first sending is known exactly since it was sent; a failed one may have been sent before.
SENT_AT_FITS = (
    Q(delivery_status=_STATUS.PENDING, sent_at__isnull=True)
    | Q(delivery_status__in=(_STATUS.SENT, _STATUS.DELIVERED), sent_at__isnull=False)
    | Q(delivery_status=_STATUS.FAILED)
)


class Communication(Record):
    """A message to a stakeholder during an incident. Only a record: nothing is sent from here."""

    entity_type = "communication"
    created_verb = Verb.NOTIFY
    redacted = frozenset({"subject"})

    incident = models.ForeignKey("incidents.Incident", models.PROTECT, related_name="communications", db_index=False)
    sender_user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recipient_type = models.CharField(max_length=16, choices=RecipientType.choices)
    recipient_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="communications"
    )
    recipient_group = models.CharField(max_length=120, blank=True)
    delivery_method = models.CharField(max_length=32, choices=CommunicationType.choices)
    subject = models.CharField(max_length=200, blank=True)
    message_content = models.TextField(blank=True)
    delivery_status = models.CharField(max_length=16, choices=DeliveryStatus.choices, default=DeliveryStatus.PENDING)
    sent_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = CommunicationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=IMPORTED | ~Q(message_content=""), name="communication_written"),
            models.CheckConstraint(
                condition=Q(recipient_type__in=RecipientType.values), name="communication_recipient_type_valid"
            ),
            models.CheckConstraint(
                condition=Q(delivery_method__in=CommunicationType.values), name="communication_method_valid"
            ),
            models.CheckConstraint(
                condition=Q(delivery_status__in=DeliveryStatus.values), name="communication_status_valid"
            ),
            models.CheckConstraint(
                condition=IMPORTED
                | Q(recipient_type__in=NAMES_USER, recipient_user__isnull=False, recipient_group="")
                | Q(**PORTAL, recipient_user__isnull=True, recipient_group="")
                | (Q(recipient_type=RecipientType.GROUP, recipient_user__isnull=True) & ~Q(recipient_group=""))
                | Q(recipient_type=RecipientType.EXECUTIVE_TEAM, recipient_user__isnull=True, recipient_group=""),
                name="communication_recipient_named",
            ),
            models.CheckConstraint(condition=IMPORTED | MARKED | SENT_AT_FITS, name="communication_sent_at_known"),
        ]
        indexes = [
            models.Index(fields=["incident", "-id"], name="communication_incident"),
            models.Index(fields=["recipient_user", "-id"], name="communication_recipient"),
            models.Index(fields=["-id"], condition=Q(recipient_user__isnull=True), name="communication_team"),
        ]

    def __str__(self) -> str:
        return self.subject or f"communication {self.pk}"
