"""Panels above a record's fields: what an approval asks for, and what a report tells."""

from collections.abc import Callable, Mapping
from typing import Any

import nh3
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

from approvals.choices import ApprovalStatus
from approvals.models import Approval
from console.operations.availability import address_of_act
from console.operations.labels import choice_label, field_label, value_label
from console.operations.references import choice_of
from console.titles import operation_label
from core.console.columns import address_of
from core.console.titles import title_of
from core.errors import Refusal
from core.operations.entities import find_readable
from core.operations.registry import registry
from knowledge.models import Article
from reporting.models import IncidentReport
from reporting.reports.assembly import document_of
from reporting.reports.formats import FORMATS
from reporting.reports.markdown import as_markdown

MOST_HISTORY = 5
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


def approval_panel(record: Approval, viewer: Any) -> dict[str, Any]:
    """The requested operation, as a sentence and a list of fields; the requester's history; how to execute it."""
    operation = registry.find(record.operation)
    target = find_readable(record.reference_type or "", record.reference_id, viewer) if record.reference_type else None
    fields = named_fields(record.operation, record.payload, viewer)
    asked = {"who": record.requester or "–", "what": operation_label(record.operation)}
    own = record.requester_id == viewer.pk and record.status == ApprovalStatus.APPROVED and not record.expired
    carry_out = address_of_act(record.operation, record.reference_id, approval=record.pk) if own and operation else ""
    earlier = Approval.objects.visible_to(viewer).filter(requester_id=record.requester_id).exclude(pk=record.pk)
    return {
        "template": "console/panels/approval.html",
        "sentence": _("%(who)s asks to: %(what)s") % asked,
        "target": title_of(target) if target is not None else "",
        "target_address": address_of(type(target), target.pk) if target is not None else "",
        "fields": fields,
        "reason": record.reason,
        "digest": record.digest,
        "carry_out": carry_out,
        "history": [
            {"title": title_of(each), "address": address_of(Approval, each.pk), "at": each.created_at}
            for each in earlier.order_by("-pk")[:MOST_HISTORY]
        ],
    }


def named_fields(name: str, payload: Any, viewer: Any) -> list[tuple[str, str]]:
    """The members of a body with their values in words; references by their titles."""
    operation = registry.find(name)
    shape: Any = operation.shape_of(payload or {}) if operation is not None else None
    fields = shape().fields if shape is not None else {}
    members = payload.items() if isinstance(payload, Mapping) else ()
    return [(field_label(str(key)), _named(fields.get(key), value, viewer)) for key, value in members]


def _named(field: Any, value: Any, viewer: Any) -> str:
    choice = choice_of(field) if field is not None and not hasattr(field, "child") else None
    if choice is not None and isinstance(value, int):
        return choice.named(viewer, [value]).get(value) or str(value)
    choices = getattr(field, "choices", {})
    return choice_label(value, choices.get(value, value)) if isinstance(value, str) and choices else value_label(value)


def report_panel(record: IncidentReport, viewer: Any) -> dict[str, Any]:
    """The report for this reader, and its files. A draft is assembled when it is read: its text loads by itself."""
    address = reverse("admin:index")
    files = [(name.upper(), f"{address}report/{record.pk}/{name}/") for name in FORMATS]
    panel = {"template": "console/panels/report.html", "files": files}
    if record.is_live:
        return {**panel, "draft": reverse("admin:report_text", args=[record.pk])}
    return {**panel, **report_text(record, viewer)}


def report_text(record: IncidentReport, viewer: Any) -> dict[str, Any]:
    """The text of a report for this reader, or why there is none."""
    try:
        return {"text": markdown(as_markdown(document_of(record, viewer)).decode())}
    except Refusal as refusal:
        return {"problem": refusal.detail}


def article_panel(record: Article, viewer: Any) -> dict[str, Any]:
    """The article's text."""
    return {"template": "console/panels/text.html", "text": markdown(record.body)}


def markdown(text: str) -> SafeString:
    """Markdown as HTML without anything that a browser would run or load."""
    return mark_safe(nh3.clean(_MARKDOWN.render(text or "")))  # noqa: S308 - cleaned


PANELS: Mapping[Any, Callable[[Any, Any], dict[str, Any]]] = {
    Approval: approval_panel,
    IncidentReport: report_panel,
    Article: article_panel,
}


def panel_of(record: Any, viewer: Any) -> dict[str, Any] | None:
    """The panel of a record; None for most."""
    panel = PANELS.get(type(record))
    return panel(record, viewer) if panel is not None else None
