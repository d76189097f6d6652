"""Lists of the records that belong to one other, under its path."""

from typing import Any

from django.http.response import HttpResponseBase
from rest_framework.request import Request

from core.errors import not_found
from core.inputs import BIGGEST_ID
from core.query import read_params, refuse_unknown
from core.views import ListViewSet


class PartsViewSet(ListViewSet):
    """The records that belong to one other: `parent_filter` is filled by the path."""

    parent_filter: str

    def parent_readable(self, user: Any, pk: int) -> bool:
        """Whether the record in the path is in the caller's scope."""
        raise NotImplementedError

    def list(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """List the parts that the caller may read, newest first."""
        params, parts = read_params(request), self.collection
        known = (*parts.known_filters(), *parts.controls)
        refuse_unknown(params, [name for name in known if name != self.parent_filter])
        pk = int(kwargs["pk"])
        if pk > BIGGEST_ID or not self.parent_readable(request.user, pk):
            raise not_found()
        return self.listed(request, {**params, self.parent_filter: str(pk)})
