"""The reading configuration of articles: like any collection, with ranked full-text search."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from core.reading.collections import Collection
from core.reading.pagination import Page, bad_filter, read_size
from core.reading.query import read_words, refuse_unstorable
from knowledge.search import matching, ranked


@dataclass(frozen=True)
class FullTextCollection(Collection):
    """A collection whose `search` is ranked full-text search.

    With `search`, a single page contains the `page_size` best matches: ranks change with the articles, so cursors would
    not be stable. With `search` and `ordering`, all matches are paginated in that order.
    """

    @property
    def search_rule(self) -> str:
        return (
            "Full text: every word, of at most ten, must occur in the title or the body, in any English form. The best "
            "first, with a higher weight for the title, on a single page of `page_size` with a `snippet` each; with "
            "`ordering`, all matches in that order, page by page."
        )

    def filtered(self, user: Any, params: Mapping[str, str], within: Any = None) -> QuerySet[Any]:
        others = {name: value for name, value in params.items() if name != "search"}
        queryset = super().filtered(user, others, within)
        text = params.get("search")
        if not text:
            return queryset
        refuse_unstorable({"search": text})
        read_words(text)
        found: QuerySet[Any] = matching(queryset, text)
        return found

    def page(self, user: Any, params: Mapping[str, str], found: Any = None) -> Page:
        if not params.get("search") or params.get("ordering"):
            return super().page(user, params, found)
        if params.get("cursor"):
            raise bad_filter("cursor", "Ranked matches have a single page; use ordering to paginate.")
        refuse_unstorable(params)
        read_words(params["search"])
        others = {name: value for name, value in params.items() if name != "search"}
        selection = self.selection(self.output, user, others)
        best = ranked(super().filtered(user, others), params["search"], read_size(params.get("page_size")))
        rows = self.model.objects.filter(pk__in=[hit.pk for hit in best]).values(*selection.columns)
        by_id = {row["id"]: row for row in rows}
        shown = [{**by_id[hit.pk], "snippet": hit.snippet} for hit in best if hit.pk in by_id]
        return Page(selection.represent(shown), next=None, previous=None)
