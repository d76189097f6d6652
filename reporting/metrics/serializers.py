"""The serializers of metrics."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from core.operations.fields import Reference
from core.reading.serializers import Body, Output, outputs
from reporting.metrics.choices import LARGEST, MORE_IS_BETTER, MetricType, MetricUnit, unit_of
from reporting.metrics.models import Metric

VALUE: dict[str, Any] = {"max_digits": 10, "decimal_places": 2, "min_value": Decimal(0)}


class MetricBody(Body):
    incident_id = Reference("incidents.Incident", active=False, source="incident")
    metric_type = serializers.ChoiceField(choices=MetricType.choices)
    calculated_value_minutes = serializers.DecimalField(
        **VALUE, required=False, help_text="In minutes; sla_breach_rate in percent. By default the derived value."
    )
    target_minutes = serializers.DecimalField(**VALUE, required=False, allow_null=True, help_text="In the same unit.")
    unit = serializers.ChoiceField(
        choices=MetricUnit.choices, required=False, help_text="percent for sla_breach_rate, minutes for all others."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The unit follows from the type; a percentage is at most 100."""
        unit = unit_of(attrs["metric_type"])
        errors: dict[str, Any] = {}
        if attrs.get("unit", unit) != unit:
            errors["unit"] = ErrorDetail(f"{attrs['metric_type']} is measured in {unit}.", "unit_mismatch")
        for name in ("calculated_value_minutes", "target_minutes"):
            if (attrs.get(name) or 0) > LARGEST[unit]:
                detail = f"This must not exceed {LARGEST[unit]} {unit}."
                errors[name] = ErrorDetail(detail, "max_value")
        if errors:
            raise serializers.ValidationError(errors)
        return {**attrs, "unit": unit}


class MetricOutput(Output):
    derivable = serializers.SerializerMethodField()
    target_met = serializers.SerializerMethodField()

    class Meta:
        model = Metric
        fields = outputs(
            "incident_id",
            "metric_type",
            "unit",
            "calculated_value_minutes",
            "stated",
            "derivable",
            "derived_value",
            "matches",
            "derived_without_pauses",
            "target_minutes",
            "target_met",
            "imported_violations",
        )
        requires: dict[str, tuple[str, ...]] = {
            "derivable": ("derived_value",),
            "target_met": ("calculated_value_minutes", "target_minutes", "metric_type"),
        }

    @staticmethod
    def get_derivable(row: dict[str, Any]) -> bool:
        return row["derived_value"] is not None

    @staticmethod
    def get_target_met(row: dict[str, Any]) -> bool | None:
        """From the recorded value: at most the target; for a time between failures at least the target."""
        value, target = row["calculated_value_minutes"], row["target_minutes"]
        if target is None:
            return None
        return bool(value >= target if row["metric_type"] in MORE_IS_BETTER else value <= target)
