"""The request bodies of resolutions."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from core.operations.entities import models_by_type
from core.operations.fields import MAX_ID, Reference
from core.reading.serializers import Body
from incidents.choices import ResolutionCode
from incidents.response.choices import LinkedType
from incidents.response.recipients import concerned_clients
from resolution.duplicates import CIRCLE, is_duplicate_cycle

LONG = 20_000


class RecordIds(serializers.ListField):
    """Ids of readable records of one type, looked up in one statement. The value is the list of distinct ids."""

    def __init__(self, entity_type: str, **options: Any) -> None:
        self.entity_type = entity_type
        super().__init__(child=serializers.IntegerField(min_value=0, max_value=MAX_ID), max_length=200, **options)

    def to_internal_value(self, data: Any) -> list[int]:
        ids = set(super().to_internal_value(data))
        model = models_by_type().get(self.entity_type)
        readable = model.objects.visible_to(self.context["actor"]).filter(pk__in=ids) if model and ids else None
        unknown = ids - set(readable.values_list("pk", flat=True) if readable is not None else ())
        if unknown:
            detail = f"No such record exists in your scope: {', '.join(map(str, sorted(unknown)))}."
            raise serializers.ValidationError(detail, code="invalid_reference")
        return sorted(ids)


class ResolveBody(Body):
    actor_fields = ("resolved_by",)

    resolution_summary = serializers.CharField(max_length=LONG)
    resolution_code = serializers.ChoiceField(choices=ResolutionCode.choices, required=False)
    duplicate_of_id = Reference("incidents.Incident", active=False, source="duplicate_of", required=False)
    change_ids = RecordIds(LinkedType.CHANGE_REQUEST, required=False)
    article_ids = RecordIds(LinkedType.KB_ARTICLE, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        sentence, code = self._misfit(attrs.get("resolution_code"), attrs.get("duplicate_of"))
        if sentence:
            raise serializers.ValidationError({"duplicate_of_id": [ErrorDetail(sentence, code)]})
        return attrs

    def _misfit(self, code: str | None, original: Any) -> tuple[str, str]:
        """The error of the incident that this one duplicates, and its code."""
        incident = self.context["target"]
        if code != ResolutionCode.DUPLICATE:
            return ("Only a duplicate may refer to another incident.", "not_applicable") if original else ("", "")
        if original is None:
            return "A duplicate must refer to the incident that it duplicates.", "required"
        if original.pk == incident.pk or incident.client_id not in concerned_clients(original):
            return "A duplicate must refer to another incident of the same client.", "invalid_reference"
        if is_duplicate_cycle(original, incident):
            return CIRCLE, "invalid_reference"
        return "", ""


class CloseBody(Body):
    actor_fields = ("closed_by",)


class ReopenBody(Body):
    reason = serializers.CharField(max_length=2_000)


class ConfirmationBody(Body):
    note = serializers.CharField(max_length=LONG, required=False, allow_blank=True)


class PostmortemReviewBody(Body):
    comment = serializers.CharField(max_length=4_000, required=False, allow_blank=True)
