"""Nested lists: the records that belong to another record, under its path."""

from typing import Any

from django.http.response import HttpResponseBase
from rest_framework.request import Request

from core.http.views import ListViewSet
from core.operations.dispatch import Discovery
from core.operations.fields import MAX_ID
from core.reading.query import refuse_unknown


class NestedListViewSet(ListViewSet):
    """A nested list: the path sets `parent_filter`."""

    parent_filter: str

    def parent_readable(self, user: Any, pk: int) -> bool:
        """Whether the record in the path is in the caller's scope."""
        raise NotImplementedError

    def list(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """List the nested records that the caller may read, newest first."""
        discovery = Discovery(self.collection.entity_type)
        answer: HttpResponseBase = self.read(
            self.listed, discovery=discovery, get_target=self._parent, get_query=self.params
        )
        return answer

    def params(self) -> dict[str, str]:
        """The query parameters plus the filter that the path sets, which the query itself must not contain."""
        params, parts = super().params(), self.collection
        known = (*parts.known_filters(), *parts.controls)
        refuse_unknown(params, [name for name in known if name != self.parent_filter])
        return {**params, self.parent_filter: str(int(self.kwargs["pk"]))}

    def _parent(self) -> int | None:
        pk = int(self.kwargs["pk"])
        return pk if pk <= MAX_ID and self.parent_readable(self.request.user, pk) else None
