"""Discovery and the inbox over HTTP."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from core.http.routes import API_PREFIX
from core.http.views import OperationView
from core.operations.dispatch import Discovery
from core.reading.discovery import READ
from core.reading.query import refuse_unknown
from core.schema import answers
from core.schema.parameters import ANY_TEXT, ID_SCHEMA, query
from ims.discovery import ENTITY_TYPES, answer_of, check_requester, collection_of
from ims.serializers import DiscoveryAnswer, Inbox
from resolution.inbox import InboxKind, read_inbox
from users.models import User

TEXT = {"type": "string"}
DISCOVERY = (
    query("entity_type", {**TEXT, "enum": list(ENTITY_TYPES)}, "The entity type.", required=True),
    query("requester_id", ID_SCHEMA, "The caller's own id; optional."),
    query("search", ANY_TEXT, "Words that must all occur."),
    query(
        "filters",
        {"type": "object", "additionalProperties": TEXT},
        "Filters of the entity type's collection, each as a separate query parameter.",
        style="form",
        explode=True,
    ),
)


class DiscoveryView(OperationView):
    """Find or verify records of any type."""

    operations = {"search": READ}

    @answers(DiscoveryAnswer, query=DISCOVERY)
    def search(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Look records up: no match is an empty result, one has full detail, many are a list for disambiguation."""
        params = self.params()
        collection = collection_of(params.pop("entity_type", None))
        check_requester(params.pop("requester_id", None), request.user)
        refuse_unknown(params, [*collection.known_filters(), "search"])
        answer = self.read(
            lambda *_: answer_of(collection, collection.filtered(request.user, params), request.user),
            discovery=Discovery(collection.entity_type),
            get_query=lambda: params,
        )
        return Response({"entity_type": collection.entity_type, "filters": params, **answer})


class InboxView(OperationView):
    """The caller's pending work."""

    operations = {"inbox": "inbox.read"}

    @answers(Inbox)
    def inbox(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Read your pending work, by kind, newest first; `more` is the URL of the whole list if it is longer."""
        discovery = Discovery(User.entity_type, request.user.pk, {"view": "inbox"})
        found = self.read(lambda *_: read_inbox(actor=request.user), discovery=discovery)
        shown = {
            name: {"count": count, "more": _link(request, kind) if count > len(rows) else None, "results": rows}
            for name, (kind, count, rows) in found.items()
        }
        return Response({"count": sum(each["count"] for each in shown.values()), **shown})


def _link(request: Request, kind: InboxKind) -> str:
    query = "&".join(f"{name}={value}" for name, value in kind.filters_for(request.user).items())
    return str(request.build_absolute_uri(f"/{API_PREFIX}{kind.path}?{query}"))
