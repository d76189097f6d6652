"""The audit trail over HTTP."""

from typing import Any

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from audit.filters import AuditFilters
from audit.following import follow
from audit.models import AuditEntry
from audit.operations import verify_trail
from audit.serializers import AuditBody, AuditEntryOutput
from core.collections import Collection, refuse_unknown
from core.query import read_id, read_params
from core.views import ListViewSet, RecordViewSet, creates, discovered


class Trail(Collection):
    """All entries: `audit.read` names the roles that may read them."""

    def scoped(self, user: Any) -> Any:
        return AuditEntry.objects.all()


OWN = Collection(AuditEntry, AuditEntryOutput, AuditFilters, label="action", ordering=("id",))
TRAIL = Trail(AuditEntry, AuditEntryOutput, AuditFilters, label="action", ordering=("id",))


class AuditViewSet(RecordViewSet):
    collection = TRAIL
    operations = {"list": "audit.read", "retrieve": "audit.read", "verify": "audit.verify"}
    create = creates("audit.log", AuditBody)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Read the trail, newest first; with `after` oldest first, to be followed without gaps."""
        params = read_params(request)
        if "after" not in params:
            return super().list(request, *args, **kwargs)
        rows, cursor = follow(self.collection, request.user, params)
        discovered("audit_entry", None, params)
        query = request.query_params.copy()
        query["after"] = cursor
        link = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
        return Response({"next": link, "previous": None, "after": cursor, "results": rows})

    def verify(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Verify every hash chain, or one record's with reference_type and reference_id.

        Outside `execute`: on SQLite its transaction would keep every writer waiting for as long as the walk takes.
        """
        params = read_params(request)
        refuse_unknown(params, ("reference_type", "reference_id"))
        scope: dict[str, Any] = dict(params)
        if "reference_id" in scope:
            scope["reference_id"] = read_id("reference_id", scope["reference_id"])
        verdict = verify_trail(actor=request.user, **scope)
        discovered("audit_entry", None, {"verify": True, **params})
        return Response(verdict, status=status.HTTP_200_OK)


class OwnActsViewSet(ListViewSet):
    """One's own acts, for everybody."""

    collection = OWN
    operations = {"list": "audit.read_own"}
