"""Input fields of accounts: the daily caps of a token."""

from typing import Any

from rest_framework import serializers

from core.operations.fields import is_integer

MOST_OPERATIONS, LARGEST_CAP = 200, 1_000_000


class CapsField(serializers.DictField):
    """How often a day each operation may be performed: {operation: number}."""

    default_error_messages = {"cap": f"Each cap must be an integer from 0 to {LARGEST_CAP}."}

    def __init__(self, **options: Any) -> None:
        child = serializers.IntegerField(min_value=0, max_value=LARGEST_CAP)
        super().__init__(child=child, **options)

    def to_internal_value(self, data: Any) -> dict[str, int]:
        if isinstance(data, dict) and len(data) > MOST_OPERATIONS:
            self.fail("cap")
        if isinstance(data, dict) and any(isinstance(each, bool) or not is_integer(each) for each in data.values()):
            self.fail("cap")
        caps: dict[str, int] = super().to_internal_value(data)
        return caps
