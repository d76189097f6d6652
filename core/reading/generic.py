"""The classes that DRF's generic views name, implemented by collections: the filter backend and the pagination.

A collection (core.reading.collections) declares how its records are read. These classes delegate to it, so every rule
is stated once and is available under DRF's usual names.
"""

from typing import Any

from rest_framework.filters import BaseFilterBackend
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from core.reading.collections import Collection
from core.reading.pagination import DEFAULT_SIZE, MAX_SIZE, Page


class CollectionFilter(BaseFilterBackend):
    """Filters and search of the view's collection: `filterset_class`, `search_fields`."""

    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> Any:
        return view.collection.filtered(request.user, view.list_query, queryset)


class KeysetPagination(BasePagination):
    """Pages that start after a record, with an opaque cursor."""

    page_size, max_page_size = DEFAULT_SIZE, MAX_SIZE
    page_size_query_param, cursor_query_param = "page_size", "cursor"
    request: Request
    page: Page

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The represented rows of the requested page. For a common first page the queryset is never evaluated."""
        self.request, self.page = request, view.collection.page(request.user, view.list_query, queryset)
        return self.page.rows

    def get_paginated_response(self, data: Any) -> Response:
        return page_response(self.request, self.page)


class NumberedPagination(KeysetPagination):
    """Pages by cursor or by number, for collections that stay small."""

    page_query_param = "page"


def names_of(collection: Collection) -> dict[str, Any]:
    """The attributes of a generic view, as the collection declares them."""
    return {
        "serializer_class": collection.output,
        "filterset_class": collection.filters,
        "search_fields": collection.search,
        "ordering_fields": collection.ordering,
        "ordering": (f"-{collection.ordering[0]}",),
        "pagination_class": NumberedPagination if collection.numbered else KeysetPagination,
    }


def page_response(request: Request, page: Page) -> Response:
    """A page in the format of every list: the URLs of its neighbours, the count if known, the rows."""
    links = {side: page_link(request, page.control, getattr(page, side)) for side in ("next", "previous")}
    count = {} if page.count is None else {"count": page.count}
    return Response({**links, **count, "results": page.rows})


def page_link(request: Request, control: str, value: str | None) -> str | None:
    """The URL of a neighbouring page: this one's, with the page parameter replaced."""
    if value is None:
        return None
    query = request.query_params.copy()
    query[control] = value
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
