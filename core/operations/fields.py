"""Input fields shared by several apps: references to other records, names, phone numbers, time zones, bounded JSON."""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import phonenumbers
from django.apps import apps
from rest_framework import serializers

from core.json import dumps
from core.sql.lookups import by_ids

MAX_ID = 2**63 - 1
# Numbers in text form: 7.0 is the same number as 7.
WHOLE = re.compile(r"([0-9]{1,19})(?:\.0+)?")


def is_integer(value: Any) -> bool:
    """Whether a JSON value is an integer: in JSON, 7.0 is the same number as 7."""
    return isinstance(value, int) or (isinstance(value, float) and value.is_integer())


def parse_integer(text: str, least: int = 0, most: int = MAX_ID) -> int | None:
    """The integer in a text, if it is within bounds; None otherwise."""
    spelled = WHOLE.fullmatch(text)
    number = int(spelled[1]) if spelled else None
    return number if number is not None and least <= number <= most else None


class UnfitError(serializers.ValidationError):
    """A record exists but may not be named here. Checks of several fields may still need it."""

    def __init__(self, record: Any, detail: str) -> None:
        super().__init__(detail, code="invalid_reference")
        self.record = record


class Reference(serializers.Field[Any, Any, Any, Any]):
    """The id of a record that exists, that the caller may read and, by default, that is active.

    Arguments: the model (or its "app.Model" label), whether it must be active, a filter for suitable records and the
    message for an unsuitable one. The field's value is the record.
    """

    default_error_messages = {
        "not_a_number": "This must be the id of a record, an integer.",
        "invalid_reference": "No such record exists in your scope.",
    }

    def __init__(
        self,
        model: Any,
        *,
        active: bool = True,
        fits: dict[str, Any] | None = None,
        misfit: str = "This record is not suitable here.",
        related: tuple[str, ...] = (),
        **options: Any,
    ) -> None:
        self._model, self.active, self.fits, self.misfit, self.related = model, active, fits or {}, misfit, related
        super().__init__(**options)

    @property
    def model(self) -> Any:
        return apps.get_model(self._model) if isinstance(self._model, str) else self._model

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, bool) or not is_integer(data):
            self.fail("not_a_number")
        record = self._find(int(data)) if 0 <= data <= MAX_ID else None
        if record is None:
            self.fail("invalid_reference")
        if self.active and record.status != "active":
            raise UnfitError(record, f"{record.entity_type} {record.pk} is {record.status}; it must be active.")
        if any(getattr(record, name) != value for name, value in self.fits.items()):
            raise UnfitError(record, self.misfit)
        return record

    def to_representation(self, value: Any) -> Any:
        return getattr(value, "pk", value)

    def _find(self, pk: int) -> Any:
        readable = self.model.objects.visible_to(self.context["actor"])
        return next(iter(by_ids(readable, [pk], self.related)), None)


class NameField(serializers.CharField):
    """One line of text: surrounding space is trimmed, inner runs of white space become one space."""

    def to_internal_value(self, data: Any) -> str:
        return " ".join(super().to_internal_value(data).split())


class EmailField(serializers.EmailField):
    """An e-mail address, stored in lower case: comparisons ignore case and surrounding space."""

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(data).strip().lower()


# Seven to fifteen digits, in national format, with common separators.
NATIONAL = re.compile(r"\(?[0-9](?:[ ()./-]*[0-9]){6,14}\Z")


# The maximum length of a trunk prefix between country code and number, as in +49 (0)30.
LONGEST_TRUNK = 2
MAX_E164_DIGITS = 15


class PhoneField(serializers.CharField):
    """A telephone number, stored in E.164 (+ and up to fifteen digits) or in national format: digits only.

    What E.164 has no place for is refused, never dropped: an extension, a second number, letters.
    """

    default_error_messages = {
        "extension": "A telephone number has no extension here; give the direct number.",
        "phone": (
            "This must be a telephone number, preferably in E.164, for example +4930123456; without + at least 7 "
            "digits."
        ),
    }

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if NATIONAL.match(text):
            return re.sub("[^0-9]", "", text)
        try:
            number = phonenumbers.parse(text, None)
        except phonenumbers.NumberParseException:
            self.fail("phone")
        if number.extension:
            self.fail("extension")
        spelled = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
        if not phonenumbers.is_possible_number(number) or not _is_whole_number(text, number, spelled):
            self.fail("phone")
        return spelled


def _is_whole_number(text: str, number: Any, spelled: str) -> bool:
    """Whether a number in E.164 has all digits of the text except a trunk prefix, and not too many."""
    digits, code = phonenumbers.normalize_digits_only(text), str(number.country_code)
    trunk = len(digits) - len(spelled) + 1
    kept = digits.startswith(code) and digits.endswith(spelled[1 + len(code) :])
    return kept and 0 <= trunk <= LONGEST_TRUNK and len(spelled) <= 1 + MAX_E164_DIGITS


@cache
def _zones() -> frozenset[str]:
    """The time zones of the locked tzdata; the host's own files (localtime, posixrules) are none of IANA's."""
    return frozenset(files("tzdata").joinpath("zones").read_text().split()) - {"Factory"}


class TimeZoneField(serializers.CharField):
    """The name of an IANA time zone, spelled as IANA spells it."""

    default_error_messages = {"timezone": "This must be an IANA time zone, for example Europe/Berlin."}

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if text not in _zones():
            self.fail("timezone")
        return text


class BoundedJSONField(serializers.JSONField):
    """A JSON object of bounded size, with values that both databases return unchanged."""

    default_error_messages = {
        "object": "This must be a JSON object.",
        "too_large": "This must not exceed {limit} characters.",
        "huge": "Numbers must fit into 64 bits; send larger numbers as text.",
    }

    def __init__(self, *, limit: int = 20_000, **options: Any) -> None:
        self.limit = limit
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            self.fail("object")
        text = dumps(data)
        if len(text) > self.limit:
            self.fail("too_large", limit=self.limit)
        if any(map(_is_huge, _leaves(data))):
            self.fail("huge")
        return data


def _leaves(value: Any) -> Iterator[Any]:
    """Every scalar value in JSON."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    if inner is None:
        yield value
        return
    for each in inner:
        yield from _leaves(each)


def _is_huge(value: Any) -> bool:
    """Whether a database could not return a number unchanged: PostgreSQL would return 1e30 as one of 31 digits."""
    return isinstance(value, int | float) and abs(value) > MAX_ID
