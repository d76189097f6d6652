"""Collections: how the records of one type are read, filtered, searched, ordered and shown, through every door."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from core.codes import Code
from core.errors import Item, Refusal, not_found
from core.filters import StrictFilterSet
from core.inputs import BIGGEST_ID
from core.pagination import Page, bad_filter, read_page, read_size
from core.serializers import Output

CONTROLS = ("cursor", "page_size", "search", "ordering")
# The longest value of a query parameter. Databases refuse endless patterns and lists; nobody means them.
LONGEST = 4_000


@dataclass(frozen=True)
class Collection:
    """All that reading one entity type needs.

    `search` are the columns that the `search` parameter looks into; `ordering` the columns one may order by (never
    null, indexed), the first of them, newest first, being the default; `label` the column that names a record in brief
    lists; `detail` a richer output for a single record.
    """

    model: Any
    output: type[Output]
    filters: type[StrictFilterSet]
    label: str
    search: tuple[str, ...] = ()
    ordering: tuple[str, ...] = ("id", "created_at", "updated_at")
    detail: type[Output] | None = None

    def __post_init__(self) -> None:
        collections[self.entity_type] = self

    @property
    def entity_type(self) -> str:
        return str(self.model.entity_type)

    @property
    def single(self) -> type[Output]:
        return self.detail or self.output

    @property
    def search_rule(self) -> str:
        """What the `search` parameter looks for, in one sentence."""
        return f"Every word must occur in one of: {', '.join(self.search)}."

    def scoped(self, user: Any) -> QuerySet[Any]:
        visible: QuerySet[Any] = self.model.objects.visible_to(user)
        return visible

    def known_filters(self) -> list[str]:
        return sorted(self.filters.base_filters)

    def filters_for(self, user: Any) -> list[str]:
        """The filters a user may ask: one on a field that they do not see would tell what it hides."""
        shown = self.output.visible_fields(user)
        hidden = set() if shown is None else set(self.output.Meta.fields) - set(shown)
        return [name for name in self.known_filters() if name.split("__")[0] not in hidden]

    def filtered(self, user: Any, params: Mapping[str, str]) -> QuerySet[Any]:
        """The records in the user's scope that match the query parameters. Raises Refusal (400 invalid_filter)."""
        refuse_unknown(params, [*self.filters_for(user), *CONTROLS])
        refuse_unstorable(params)
        given = {name: value for name, value in params.items() if name not in CONTROLS}
        queryset = self.scoped(user)
        if given:
            filters = self.filters(given, queryset=queryset)
            filters.refuse_unless_valid()
            queryset = filters.qs
        return queryset.filter(self._search(params["search"])) if params.get("search") else queryset

    def page(self, user: Any, params: Mapping[str, str]) -> Page:
        """One page of represented records. Raises Refusal (400 invalid_filter)."""
        queryset = self.filtered(user, params)
        ordering = params.get("ordering") or f"-{self.ordering[0]}"
        if ordering.removeprefix("-") not in self.ordering:
            raise bad_filter("ordering", f"One may order by {', '.join(self.ordering)}, with - for descending.")
        size = read_size(params.get("page_size"))
        page = read_page(queryset, ordering, params.get("cursor"), size, self.output.columns())
        return Page(self.output.represent(page.rows, user), page.next, page.previous)

    def one(self, user: Any, pk: Any) -> tuple[dict[str, Any], int]:
        """A single represented record in the user's scope, and its version. Raises Refusal (404)."""
        row = self._row(self.scoped(user), pk)
        if row is None:
            raise not_found(self.entity_type)
        return self._shown(row, user)

    def shown(self, record: Any, user: Any) -> tuple[dict[str, Any], int]:
        """A record that the user has just written, represented, and its version."""
        return self._shown(self._row(self.model.objects.all(), record.pk), user)

    def _shown(self, row: Any, user: Any) -> tuple[dict[str, Any], int]:
        return self.single.represent([row], user)[0], row.get("version", 1)

    def _row(self, queryset: QuerySet[Any], pk: Any) -> dict[str, Any] | None:
        if not 0 <= int(pk) <= BIGGEST_ID:
            return None
        return queryset.filter(pk=int(pk)).values(*self.single.columns()).first()

    def _search(self, text: str) -> Q:
        """Every word must occur in one of the searched columns."""
        if not self.search:
            raise bad_filter("search", "This collection cannot be searched.")
        found = Q()
        for word in text.split()[:10]:
            anywhere = Q()
            for column in self.search:
                anywhere |= Q(**{f"{column}__icontains": word})
            found &= anywhere
        return found


collections: dict[str, Collection] = {}


def refuse_unstorable(params: Mapping[str, str]) -> None:
    """Raise Refusal (400 invalid_filter) for a value that no database could compare with."""
    for name, value in params.items():
        if "\0" in value:
            raise bad_filter(name, "NUL characters are not allowed.")
        if "\ufffd" in value:  # what the server reads where the address holds bytes that are no text
            raise bad_filter(name, "This must be UTF-8.")
        if len(value) > LONGEST:
            raise bad_filter(name, f"This must not exceed {LONGEST} characters.")


def refuse_unknown(params: Iterable[str], known: Iterable[str]) -> None:
    """Raise Refusal (400 invalid_filter) naming every parameter that is not known."""
    known = list(known)
    unknown = sorted(set(params) - set(known))
    if not unknown:
        return
    detail = f"Known here: {', '.join(sorted(known))}."
    items = [Item("invalid_filter", f"This filter is unknown. {detail}", name) for name in unknown]
    raise Refusal(Code.INVALID_FILTER, f"Unknown: {', '.join(unknown)}. {detail}", rule="known_filters", errors=items)
