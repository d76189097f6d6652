"""How the console renders one value of a record: names of readable references, badges, times."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

import orjson
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db import models
from django.http import HttpRequest
from django.template.defaultfilters import linebreaksbr
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.console.titles import title_of
from core.operations.entities import models_by_type

EMPTY = "–"
# The length of a long text in a list; the record's own page shows all of it.
BRIEF = 80

Column = Callable[[Any], Any]


def address_of(model: Any, pk: Any) -> str | None:
    """The URL of a record's console page; None for a type without pages."""
    try:
        return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[pk])
    except NoReverseMatch:
        return None


def defer_imported(records: Any) -> Any:
    """Defer the imported original row, which no page shows and which may be large."""
    names = [each.name for each in records.model._meta.concrete_fields if each.name == "imported_row"]
    return records.defer(*names) if names else records


class References:
    """The names of the records that a page refers to, within the viewer's scope.

    `load` executes one statement for each type; a record outside the scope is shown as its id, as in the API.
    """

    def __init__(self, request: HttpRequest) -> None:
        self.viewer = request.user
        self.names: dict[Any, dict[Any, str]] = {}

    @classmethod
    def of(cls, request: HttpRequest) -> "References":
        """The shared references of a request."""
        if not hasattr(request, "console_references"):
            request.console_references = cls(request)  # type: ignore[attr-defined]
        found: References = request.console_references  # type: ignore[attr-defined]
        return found

    def load(self, records: Iterable[Any], fields: Iterable[Any]) -> None:
        """Look up the records that these foreign keys refer to."""
        wanted: dict[Any, set[Any]] = {}
        records = list(records)
        for field in fields:
            ids = {getattr(record, field.attname) for record in records} - {None}
            wanted.setdefault(field.related_model, set()).update(ids)
        for model, ids in wanted.items():
            known = self.names.setdefault(model, {})
            if ids:
                readable = defer_imported(model.objects.visible_to(self.viewer).filter(pk__in=ids))
                known.update({each.pk: title_of(each) for each in readable})

    def show(self, model: Any, pk: Any) -> SafeString | str:
        if pk is None:
            return EMPTY
        name = self.names.get(model, {}).get(pk)
        address = address_of(model, pk) if name is not None else None
        if address is None:
            return name or f"{capfirst(_(str(model._meta.verbose_name)))} {pk}"
        return format_html('<a href="{}" class="text-link">{}</a>', address, name)


def record_link(entity_type: str | None, pk: Any) -> SafeString | str:
    """A record by type and id: a link if the console has a page for that type."""
    if not entity_type:
        return EMPTY
    text = f"{_(entity_type.replace('_', ' '))}{'' if pk is None else f' {pk}'}"
    model = models_by_type().get(entity_type)
    address = address_of(model, pk) if model is not None and pk is not None else None
    return format_html('<a href="{}" class="text-link">{}</a>', address, text) if address else text


def badge(text: Any, tone: str | None) -> SafeString:
    return render_to_string("unfold/helpers/label.html", {"text": text, "type": tone or "default"})


def time_html(value: datetime) -> SafeString:
    """A time in the viewer's time zone, activated by the middleware."""
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}" title="{}" class="whitespace-nowrap">{}</time>',
        value.isoformat(),
        f"{local:%Y-%m-%d %H:%M:%S} {timezone.get_current_timezone_name()}",
        f"{local:%Y-%m-%d %H:%M}",
    )


def json_text(value: Any) -> SafeString:
    text = orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode()
    return format_html(
        '<details><summary>{}</summary><pre class="whitespace-pre-wrap break-words font-mono text-xs">{}</pre>'
        "</details>",
        _("Show"),
        text,
    )


def field_of(model: Any, name: str) -> Any:
    """The model field of a column; None for a computed column."""
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def value_at(record: Any, path: str) -> Any:
    """The value at a path across relations; None if a relation is empty."""
    for step in path.split("__"):
        try:
            record = getattr(record, step)
        except ObjectDoesNotExist:
            return None
        if record is None:
            return None
    return record


def plain_value(value: Any, *, full: bool) -> Any:
    """A value without special formatting."""
    if value is None or value == "":
        return EMPTY
    if isinstance(value, datetime):
        return time_html(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict | list):
        return json_text(value) if full else _brief(orjson.dumps(value).decode())
    text = str(value)
    return linebreaksbr(text) if full else _brief(text)


def _brief(text: str) -> str:
    return text if len(text) <= BRIEF else f"{text[:BRIEF]}…"


def column(
    model: Any, name: str, request: HttpRequest, *, full: bool, tones: Mapping[Any, str] | None, title: str | None
) -> Column:
    """The column function for one field and this request's viewer.

    Arguments: the field's name or a path across relations; `full` on the record's own page; `tones` (value → tone) turn
    it into a badge; `title` replaces the field's own name.
    """
    field = field_of(model, name)
    show = _shown_as(field, name, request, full=full, tones=tones)
    show.__name__ = name
    label = title or (field.verbose_name if field is not None else name.rsplit("__", maxsplit=1)[-1].replace("_", " "))
    show.short_description = capfirst(_(str(label)))  # type: ignore[attr-defined]
    return show


def _shown_as(field: Any, name: str, request: HttpRequest, *, full: bool, tones: Mapping[Any, str] | None) -> Column:
    if isinstance(field, models.ForeignKey):
        return lambda record: References.of(request).show(field.related_model, getattr(record, field.attname))
    choices = {value: _(str(text)) for value, text in getattr(field, "flatchoices", ())}
    if isinstance(field, models.BooleanField):
        choices = {True: _("Yes"), False: _("No")}

    def show(record: Any) -> Any:
        value = value_at(record, name)
        if tones is not None and value:
            return badge(choices.get(value, value), tones.get(value))
        return plain_value(choices.get(value, value) if choices else value, full=full)

    return show
