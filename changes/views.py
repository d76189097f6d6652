"""Changes and rollbacks over HTTP."""

from changes.filters import ChangeFilters, RollbackFilters
from changes.models import ChangeRequest, RollbackRequest
from changes.serializers import (
    ChangeOutput,
    RollbackOutput,
)
from core.http.views import RecordViewSet, creates, updates, write
from core.reading.collections import Collection, related

CHANGES = Collection(
    ChangeRequest,
    ChangeOutput,
    ChangeFilters,
    label="change_title",
    search=("change_title", "description"),
    relations=related("incident", "requested_by", "approved_by"),
)
ROLLBACKS = Collection(
    RollbackRequest,
    RollbackOutput,
    RollbackFilters,
    label="change_request__change_title",
    search=("justification", "change_request__change_title"),
    relations=related("incident", "requested_by", "approved_by", change="change_request"),
)


class ChangeViewSet(RecordViewSet):
    collection = CHANGES
    create = creates("change.create")
    partial_update = updates("change.update")
    approve = write("change.approve", path="approve")
    reject = write("change.reject", path="reject")
    schedule = write("change.schedule", path="schedule")
    start = write("change.start", path="start")
    complete = write("change.complete", path="complete")
    fail = write("change.fail", path="fail")


class RollbackViewSet(RecordViewSet):
    collection = ROLLBACKS
    create = creates("rollback.create")
    start = write("rollback.start", path="start")
    reject = write("rollback.reject", path="reject")
    complete = write("rollback.complete", path="complete")
