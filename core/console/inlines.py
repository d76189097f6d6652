"""Tables of records on another record's page."""

from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils.translation import gettext as _
from unfold.admin import TabularInline

from core.console.admin import ReadableColumns
from core.console.lists import ScopedFormSet
from core.console.read_only import ReadOnly


class RecordInline(ReadableColumns, ReadOnly, TabularInline):  # type: ignore[misc]
    """Records shown on another record's page, within the viewer's scope."""

    columns: ClassVar[tuple[str, ...]] = ()

    formset = ScopedFormSet
    verbose_name_plural: Any = None
    hide_title = True
    extra = 0
    per_page = 20
    can_delete = False
    show_change_link = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.verbose_name_plural = _(str(self.verbose_name_plural))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not self.model.objects.visible_to(request.user).query.is_empty()

    def get_queryset(self, request: HttpRequest) -> Any:
        return self.model.objects.visible_to(request.user).order_by(*self.model._meta.ordering or ["-id"])

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [self.shown(name, request, full=True) for name in self.readable_names(self.columns, request.user)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return self.get_fields(request, obj)
