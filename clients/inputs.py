"""Input fields of clients: weekly hours, countries, immutable references."""

from typing import Any

from rest_framework import serializers

from clients.calendars import countries, normalized_hours, weekly_problems
from core.operations.fields import BoundedJSONField, Reference


class WeeklyHoursField(BoundedJSONField):
    """Weekday → list of [from, to] in local time: {"mon": [["09:00", "17:00"]]}. A missing day is closed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(limit=4_000, **options)

    def to_internal_value(self, data: Any) -> dict[str, list[list[str]]]:
        weekly = super().to_internal_value(data)
        problems = weekly_problems(weekly)
        if problems:
            sentences = [f"{day}: {text}" if day else text for day, text in problems.items()]
            raise serializers.ValidationError(sentences, code="weekly_hours")
        return normalized_hours(weekly)


class CountryField(serializers.CharField):
    """An ISO 3166-1 code of two letters, of a country with known public holidays; empty for none."""

    default_error_messages = {"country": "This must be a two-letter country code with known public holidays."}

    def to_internal_value(self, data: Any) -> str:
        code = super().to_internal_value(data).upper()
        if code not in countries():
            self.fail("country")
        return code


class ImmutableReference(Reference):
    """An immutable reference: a change may repeat it, but not replace it."""

    default_error_messages = {"kept": "This reference cannot change from {kept}."}

    def __init__(self, model: Any, **options: Any) -> None:
        super().__init__(model, active=False, **options)

    def to_internal_value(self, data: Any) -> Any:
        record = super().to_internal_value(data)
        kept = getattr(self.context["target"], f"{self.source}_id")
        if record.pk != kept:
            self.fail("kept", kept=f"{record.entity_type} {kept}")
        return record
