"""The audit trail in the console: all of it for the roles of `audit.read`, their own acts for everyone."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _lazy

from audit.choices import Origin
from audit.disclosure import changes_for
from audit.models import AuditEntry
from audit.operations import READERS
from core.console.admin import RecordAdmin
from core.console.columns import record_link
from core.operations.entities import models_by_type
from core.operations.registry import registry
from core.verbs import Verb


def entity_types() -> list[str]:
    return sorted(models_by_type())


def operations() -> list[str]:
    return [each.name for each in registry]


@admin.register(AuditEntry)
class AuditEntryAdmin(RecordAdmin):
    """The largest table: nothing here sorts, searches or counts all of it."""

    group, icon = "Audit", "history"
    columns = ("id", "created_at", "action", "operation", "reference_type", "user", "agent", "origin")
    order = ()
    filter_columns = ("action", "origin", "created_at", "user", "reference_id")
    value_filters = {"reference_type": entity_types, "operation": operations}
    sections = (
        (None, (("created_at", "action"), ("operation", "origin"), "reference_type", ("user", "agent"), "request_id")),
        ("Changes", ("changes", "meta")),
        ("Chain", (("sequence", "legacy_id"), "previous_hash", "hash")),
    )
    metadata_columns = ("id",)
    titles = {"reference_type": "Record", "created_at": "When", "user": "Who"}
    tones = {
        "origin": {Origin.SYSTEM: "success", Origin.STATED: "warning", Origin.IMPORTED: "info"},
        "action": {
            Verb.CREATE: "success",
            Verb.UPDATE: "info",
            Verb.APPROVE: "success",
            Verb.REJECT: "danger",
            Verb.ESCALATE: "warning",
            Verb.ENTITY_DISCOVERY: "default",
        },
    }

    def operation(self, viewer: Any) -> str:
        return "audit.read" if viewer.role in READERS else "audit.read_own"

    def scope(self, viewer: Any) -> Any:
        return self.model.objects.all() if viewer.role in READERS else self.model.objects.visible_to(viewer)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        entry = super().get_object(request, object_id, from_field)
        if entry is not None:
            entry.changes = changes_for(request.user, entry.reference_type, entry.changes)
        return entry

    @admin.display(description=_lazy("Record"))
    def show_reference_type(self, record: Any) -> Any:
        return record_link(record.reference_type, record.reference_id)
