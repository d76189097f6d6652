"""How articles are read: like any collection, and by full text, the best match first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from core.reading.collections import Collection
from core.reading.pagination import Page, bad_filter, read_size
from core.reading.query import refuse_unstorable
from knowledge.search import matching, ranked


@dataclass(frozen=True)
class SearchedCollection(Collection):
    """A collection whose `search` is ranked full text.

    With `search` a page holds the `page_size` best matches and none follows: ranks shift as articles change, so no
    cursor could be stable among them. With `search` and `ordering` all matches come in that order, page by page.
    """

    @property
    def search_rule(self) -> str:
        return (
            "Full text: every word must occur in the title or the body, in any English form of it. The best matches "
            "first, the title counting more, on one page of `page_size` with a `snippet` each; with `ordering` all "
            "matches in that order, page by page."
        )

    def filtered(self, user: Any, params: Mapping[str, str], within: Any = None) -> QuerySet[Any]:
        others = {name: value for name, value in params.items() if name != "search"}
        queryset = super().filtered(user, others, within)
        text = params.get("search")
        if not text:
            return queryset
        refuse_unstorable({"search": text})
        found: QuerySet[Any] = matching(queryset, text)
        return found

    def page(self, user: Any, params: Mapping[str, str], found: Any = None) -> Page:
        if not params.get("search") or params.get("ordering"):
            return super().page(user, params, found)
        if params.get("cursor"):
            raise bad_filter("cursor", "Ranked matches stand on one page; give an ordering to page through them.")
        refuse_unstorable(params)
        others = {name: value for name, value in params.items() if name != "search"}
        selection = self.selection(self.output, user, others)
        best = ranked(super().filtered(user, others), params["search"], read_size(params.get("page_size")))
        rows = self.model.objects.filter(pk__in=[hit.pk for hit in best]).values(*selection.columns)
        by_id = {row["id"]: row for row in rows}
        shown = [{**by_id[hit.pk], "snippet": hit.snippet} for hit in best if hit.pk in by_id]
        return Page(selection.represent(shown), next=None, previous=None)
