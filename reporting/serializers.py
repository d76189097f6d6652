"""The serializers of reports, and their visibility."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from core.reading.serializers import Output, outputs
from reporting.choices import ReportStatus
from reporting.models import IncidentReport
from reporting.postmortem import content_for, postmortem_of
from reporting.reports.assembly import readable_part
from reporting.reports.document import is_document
from users.choices import CC

# A client contact sees a part of the content, to which the digest of the complete content does not apply.
INTERNAL = frozenset({"digest", "review_comment", "imported_violations"})


class ReportOutput(Output):
    class Meta:
        model = IncidentReport
        fields = outputs(
            "incident_id",
            "report_type",
            "generated_by_id",
            "generated_at",
            "status",
            "digest",
            "automatic",
            "reviewed_by_id",
            "reviewed_at",
            "review_comment",
            "voided_at",
            "void_reason",
            "imported_violations",
        )

    @classmethod
    def visible_fields(cls, viewer: Any) -> Iterable[str] | None:
        fields: Iterable[str] = cls.Meta.fields
        return [name for name in fields if name not in INTERNAL] if viewer.role == CC else None


class ReportDetail(ReportOutput):
    """A report with its content; for a draft postmortem, the incident's current data."""

    content = serializers.DictField(read_only=True)

    class Meta(ReportOutput.Meta):
        fields = (*ReportOutput.Meta.fields, "content")
        joined = {"content": "content"}
        requires: dict[str, tuple[str, ...]] = {
            "content": ("automatic", "status", "incident_id", "incident__client_id")
        }

    @classmethod
    def completed(cls, rows: Iterable[dict[str, Any]], viewer: Any, names: Iterable[str]) -> Iterable[dict[str, Any]]:
        return [{**row, "content": _content(row, viewer)} for row in rows] if "content" in names else rows


def _content(row: dict[str, Any], viewer: Any) -> dict[str, Any]:
    if is_document(row["content"]):
        return dict(readable_part(viewer, row["incident__client_id"], row["content"]))
    live = row["automatic"] and row["status"] == ReportStatus.DRAFT
    content = postmortem_of(row["incident_id"]) if live else row["content"]
    return content_for(viewer, content, row["incident__client_id"])
