"""The base of every console page: the caller's read scope, read-only access, and an audit entry for every read.

An app's admin.py only lists columns, filters and sections. The visible records and fields are decided by the scope
(`visible_to`) and by the API's representation (`visible_fields`), never here.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, ClassVar, NoReturn

from django.apps import apps
from django.contrib.admin import ShowFacets
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from core.console.columns import Column, References, column, defer_imported, field_of
from core.console.lists import BoundedPaginator, ScopedChangeList, linked_filter, table_filter
from core.console.read_only import NeverSaves, ReadOnly
from core.console.titles import title_of
from core.context import bind
from core.operations.dispatch import Discovery, read
from core.operations.registry import registry
from core.reading.collections import collections
from core.reading.discovery import READ

METADATA = (("created_at", "created_by"), ("updated_at", "updated_by"), ("id", "version"))
READING = ("GET", "HEAD")
# The lookups that the console's own filters use; all others are refused.
LOOKUPS = frozenset({"exact", "in", "isnull", "gte", "lte", "gt", "lt"})


Names = tuple[str | tuple[str, ...], ...]


def is_page(response: HttpResponse) -> bool:
    """Whether a response is a rendered page; a redirect is not."""
    return isinstance(response, TemplateResponse)


class ReadableColumns:
    """The columns that a table shows to a viewer: never more than the API returns."""

    model: Any
    tones: ClassVar[Mapping[str, Mapping[Any, str]]] = {}
    titles: ClassVar[Mapping[str, str]] = {}

    def readable(self, name: str, viewer: Any) -> bool:
        """Whether the API returns this column to the viewer."""
        collection = collections.get(getattr(self.model, "entity_type", ""))
        if collection is None or name == "id":
            return True
        output, field = collection.single, field_of(self.model, name)
        meta: Any = output.Meta
        joined, only = getattr(meta, "joined", {}), output.visible_fields(viewer)
        if name == "version":  # the API returns it to everyone, as the ETag; external viewers have no use for it
            return only is None
        names = (*meta.fields, *output.columns()) if only is None else only
        shown = {joined.get(each, each) for each in names}
        return name in shown or getattr(field, "attname", name) in shown

    def readable_names(self, names: Iterable[Any], viewer: Any) -> list[Any]:
        """The names that the viewer may read; empty groups are removed."""
        kept: list[Any] = []
        for name in names:
            if isinstance(name, tuple):
                group = tuple(self.readable_names(name, viewer))
                kept += [group] if group else []
            elif self.readable(name, viewer):
                kept.append(name)
        return kept

    def shown(self, name: Any, request: HttpRequest, *, full: bool) -> Any:
        """The column of a name, or of each name in a group; cached for the request."""
        if isinstance(name, tuple):
            return tuple(self.shown(each, request, full=full) for each in name)
        made: dict[Any, Column] = request.__dict__.setdefault("console_columns", {})
        key = (self.model, name, full)
        if key not in made:
            own = getattr(self, f"show_{name}", None)
            made[key] = own or column(
                self.model, name, request, full=full, tones=self.tones.get(name), title=self.titles.get(name)
            )
        return made[key]


class RecordAdmin(ReadableColumns, ReadOnly, NeverSaves, ModelAdmin):  # type: ignore[misc]
    """An entity type in the console.

    `columns` of the list; `order`: the sortable columns (indexed ones, in a large table); `filter_columns`: filters
    over choices, times and foreign keys (the latter only set by links); `value_filters`: text columns with known
    values; `search_columns`: searched columns; `sections` of the record's page; `related`: lists linked from a record's
    page, as (title, model, foreign key); `tones` and `titles` as in `column`.
    """

    group: ClassVar[str] = ""
    icon: ClassVar[str] = "database"
    columns: ClassVar[tuple[str, ...]] = ()
    order: ClassVar[tuple[str, ...]] = ("id",)
    filter_columns: ClassVar[tuple[str, ...]] = ()
    value_filters: ClassVar[Mapping[str, Callable[[], Iterable[str]]]] = {}
    search_columns: ClassVar[tuple[str, ...]] = ()
    sections: ClassVar[tuple[tuple[str | None, Names], ...]] = ()
    related: ClassVar[tuple[tuple[str, str, str], ...]] = ()
    metadata_columns: ClassVar[Names] = METADATA

    actions = None
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 0
    list_before_template = "console/list_head.html"
    change_form_outer_before_template = "console/record_head.html"

    def operation(self, viewer: Any) -> str:
        """The operation under which this viewer reads these records."""
        return READ

    def scope(self, viewer: Any) -> Any:
        """The records that this viewer may read."""
        return self.model.objects.visible_to(viewer)

    def may_read(self, viewer: Any) -> bool:
        """Whether the viewer's role can read any such record; otherwise the scope is empty."""
        if not getattr(viewer, "may_act", False) or not registry[self.operation(viewer)].permits(viewer.role):
            return False
        # A page asks several times about every type; each request has a new viewer, who keeps the answers.
        known = vars(viewer).setdefault("console_scopes", {})
        key = (self.model, viewer.role, viewer.client_id, viewer.vendor_id)
        if key not in known:
            known[key] = not self.scope(viewer).query.is_empty()
        return bool(known[key])

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_read(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.may_read(request.user)

    def get_queryset(self, request: HttpRequest) -> Any:
        joined = {name.rpartition("__")[0] for name in self.columns if "__" in name}
        records = defer_imported(self.scope(request.user)).order_by(*self.get_ordering(request))
        return records.select_related(*joined) if joined else records

    # -- columns and filters

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        columns = [self.shown(name, request, full=False) for name in self.readable_names(self.columns, request.user)]
        for each in columns:
            if each.__name__ in self.order:
                each.admin_order_field = each.__name__
        return columns

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        viewer, values = request.user, self.value_filters.items()
        columns = self.readable_names(self.filter_columns, viewer)
        references = [each for each in columns if self._is_reference(each)]
        value_filters = [table_filter(name, options) for name, options in values if self.readable(name, viewer)]
        return [*(each for each in columns if each not in references), *value_filters, *map(linked_filter, references)]

    def _is_reference(self, name: str) -> bool:
        field = field_of(self.model, name)
        return field is None or isinstance(field, models.ForeignKey | models.BigIntegerField)

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return [f"{name}__folded_contains" for name in self.readable_names(self.search_columns, request.user)]

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """Allow only the lookups of the viewer's filters: any other lookup would disclose the values of its column."""
        name, *rest = lookup.split("__")
        known = {*self.filter_columns, *self.value_filters}
        return name in known and self.readable(name, request.user) and set(rest) <= LOOKUPS and len(rest) <= 1

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        return bool(to_field == self.model._meta.pk.name)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ScopedChangeList]:
        return ScopedChangeList

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **{**kwargs, "fields": ()})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        sections = [*self.sections, *([("Record", self.metadata_columns)] if self.metadata_columns else [])]
        readable = [(title, self.readable_names(names, request.user)) for title, names in sections]
        return [
            (title and _(title), {"fields": [self.shown(name, request, full=True) for name in names]})
            for title, names in readable
            if names
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ()

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        record = super().get_object(request, object_id, from_field)
        if record is not None:
            keys = [each for each in self.model._meta.concrete_fields if isinstance(each, models.ForeignKey)]
            References.of(request).load([record], keys)
        return record

    def links(self, request: HttpRequest, record: Any) -> list[dict[str, str]]:
        """The lists of related records that this viewer may open."""
        found: list[dict[str, str]] = []
        for title, label, key in self.related:
            model = apps.get_model(label)
            other = self.admin_site._registry.get(model)
            if other is not None and other.may_read(request.user) and other.lookup_allowed(key, "", request):
                page = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
                found.append({"title": _(title), "icon": other.icon, "address": f"{page}?{key}={record.pk}"})
        return [*found, *self.admin_site.record_links(request, record)]

    # -- reads, and their audit entries

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        self._only_reading(request)
        discovery = Discovery(self.model.entity_type, discloses=is_page)
        context = {**self.admin_site.list_context(request, self.model), **(extra_context or {})}
        return self._read(request, partial(super().changelist_view, request, context), discovery)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        self._only_reading(request)
        pk = int(object_id) if object_id.isdecimal() else None
        discovery = Discovery(self.model.entity_type, pk, single=True, discloses=is_page)
        own = self.admin_site.own_page(self.model)
        usual = partial(super().change_view, request, object_id, form_url, extra_context)
        page = partial(own, self.admin_site, request, object_id) if own else usual
        return self._read(request, page, discovery)

    def _read(self, request: HttpRequest, page: Callable[[], HttpResponse], discovery: Discovery) -> HttpResponse:
        """Read a page of records under the viewer's read operation."""
        name = self.operation(request.user)
        bind(operation=registry[name])  # the page is rendered after this returns
        get_query = dict if discovery.single else request.GET.dict
        actor = request.user
        response: HttpResponse = read(name, lambda *_: page(), actor=actor, discovery=discovery, get_query=get_query)
        return response

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        links = self.links(request, kwargs["obj"])
        named = {"title": title_of(kwargs["obj"]), "related_links": links, "show_close": False}
        named |= self.admin_site.record_context(request, kwargs["obj"])
        response: HttpResponse = super().render_change_form(request, {**context, **named}, *args, **kwargs)
        return response

    def get_inline_formsets(self, *args: Any, **kwargs: Any) -> list[Any]:
        """The inline tables, without the empty ones."""
        return [each for each in super().get_inline_formsets(*args, **kwargs) if each.formset.get_queryset()]

    def _only_reading(self, request: HttpRequest) -> None:
        if request.method not in READING:
            raise PermissionDenied

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> NoReturn:
        raise Http404

    def add_view(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise PermissionDenied

    def delete_view(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise PermissionDenied

    def history_view(self, *args: Any, **kwargs: Any) -> NoReturn:
        """The history of a record is its audit trail; Django's own log entries are not used."""
        raise Http404
