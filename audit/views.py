"""The audit trail over HTTP."""

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

from django.http.response import HttpResponseBase
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from audit.archives import archived_stretches
from audit.cursor_feed import follow
from audit.filters import AuditFilters
from audit.models import AuditEntry
from audit.operations import verify_trail
from audit.parameters import FOLLOWING, ONE_CHAIN
from audit.serializers import AuditEntryOutput, VerdictAnswer
from core.formats.streams import wants_table
from core.http.nested import NestedListViewSet
from core.http.views import ListViewSet, RecordViewSet, creates
from core.operations.dispatch import Discovery
from core.operations.fields import parse_integer
from core.querysets import within_token
from core.reading.collections import Collection, related
from core.reading.generic import page_link
from core.reading.pagination import bad_filter
from core.reading.query import read_id, refuse_unknown
from core.schema import ListAdditions, answers
from core.turns.heavy import client_of, heavy_turn
from users.models import Token

HORIZON = serializers.CharField(
    required=False,
    help_text="Present with `after`: the cursor at which the trail ended when the page was read; both are numbers.",
)
AFTER = serializers.CharField(required=False, help_text="Present with `after`: the cursor of the next request.")


class ArchivedStretch(serializers.Serializer[object]):
    """Discovery entries that are no longer here, but in an archive."""

    first_entry_id = serializers.IntegerField()
    last_entry_id = serializers.IntegerField()
    entries = serializers.IntegerField()
    sha256 = serializers.CharField(help_text="The digest of the archive's file.")


ARCHIVED = ArchivedStretch(
    many=True,
    required=False,
    help_text="Present if there are any: discovery entries that are in archives, and in no list.",
)


class TrailCollection(Collection):
    """All entries: `audit.read` names the roles that may read them."""

    def scoped(self, user: Any) -> Any:
        return within_token(AuditEntry.objects.all())


READING: dict[str, Any] = {
    "label": "action",
    "search": ("action", "operation", "reference_type", "agent", "request_id", "user__name"),
    "ordering": ("id",),
    "relations": related("user", created_by="user", updated_by="user"),
}


class ActivityCollection(Collection):
    """The acts of the tokens that one may revoke."""

    def scoped(self, user: Any) -> Any:
        return AuditEntry.objects.filter(token_id__in=Token.objects.visible_to(user).values("pk"))


ACTIVITY = ActivityCollection(AuditEntry, AuditEntryOutput, AuditFilters, **READING)
OWN = Collection(AuditEntry, AuditEntryOutput, AuditFilters, **READING)
TRAIL = TrailCollection(AuditEntry, AuditEntryOutput, AuditFilters, **READING)


class AuditViewSet(RecordViewSet):
    collection = TRAIL
    operations = {"list": "audit.read", "retrieve": "audit.read", "verify": "audit.verify"}
    create = creates("audit.log")
    list_additions = ListAdditions("TrailPage", FOLLOWING, {"after": AFTER, "horizon": HORIZON, "archived": ARCHIVED})

    def listed(self, found: Any, params: Mapping[str, str]) -> HttpResponseBase:
        """The trail, newest first; with `after` oldest first, to be followed without gaps."""
        request = self.request
        if "after" not in params:
            return self._with_archives(super().listed(found, params))
        if wants_table(request):
            raise bad_filter("after", "A table contains all results; follow the trail in JSON.")
        page = follow(self.collection, request.user, params)
        link = page_link(request, "after", page.after)
        cursors = {"after": page.after, "horizon": page.horizon}
        return self._with_archives(Response({"next": link, "previous": None, **cursors, "results": page.rows}))

    def _with_archives(self, response: HttpResponseBase) -> HttpResponseBase:
        """The page, with the stretches of discovery entries that are elsewhere, if there are any. A table has no place
        for them but its headers.
        """
        stretches = archived_stretches()
        if stretches and isinstance(response, Response):
            response.data |= {"archived": stretches}
        elif stretches:
            ranges = (f"{each['first_entry_id']}-{each['last_entry_id']}" for each in stretches)
            response.headers["IMS-Archived-Entries"] = ", ".join(ranges)
        return response

    @answers(VerdictAnswer, query=ONE_CHAIN)
    def verify(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Verify every hash chain, or one record's with reference_type and reference_id.

        Runs outside `execute`: its transaction would block all writers on SQLite during the verification.
        """

        def answer(found: Any, chain: Mapping[str, Any]) -> Any:
            with nullcontext() if "reference_id" in chain else heavy_turn(request.user, client_of(request)):
                return verify_trail(actor=request.user, **chain)

        verdict = self.read(
            answer,
            discovery=Discovery(AuditEntry.entity_type, filters={"verify": True}),
            get_query=self._chain,
        )
        return Response(verdict, status=status.HTTP_200_OK)

    def _chain(self) -> dict[str, Any]:
        """The record whose chain to verify; empty for all."""
        chain: dict[str, Any] = self.params()
        refuse_unknown(chain, ("reference_type", "reference_id", "after"))
        if "after" in chain:
            chain["after"] = _place(chain["after"], alone=len(chain) == 1)
        if "reference_id" in chain:
            chain["reference_id"] = read_id("reference_id", chain["reference_id"])
        return chain


def _place(text: str, *, alone: bool) -> tuple[str, int]:
    """Where a verification continues. Raises Refusal (400 invalid_filter)."""
    part, _, key = text.rpartition(":")
    number = parse_integer(key)
    if not alone or not part or number is None:
        raise bad_filter("after", "Send the value of `continue_after` from the answer before, and nothing else.")
    return part, number


class OwnActsViewSet(ListViewSet):
    """The caller's own acts, for everyone."""

    collection = OWN
    operations = {"list": "audit.read_own"}


class TokenActivityViewSet(NestedListViewSet):
    """Everything done with one token, newest first, so that a person can put it right."""

    collection = ACTIVITY
    operations = {"list": "access.token_activity"}
    parent_filter = "token_id"
    token: Token | None = None

    def parent_readable(self, user: Any, pk: int) -> bool:
        self.token = Token.objects.visible_to(user).filter(pk=pk).first()
        return self.token is not None

    def params(self) -> dict[str, str]:
        """The entries of the token's person alone are searched: they have an index."""
        owner = {"user_id": str(self.token.user_id)} if self.token else {}
        return {**owner, **super().params()}
