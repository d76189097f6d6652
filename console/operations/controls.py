"""The controls of a form: rendering and parsing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.utils import timezone
from django.utils.translation import gettext
from rest_framework import serializers

from console.operations.labels import choice_label, field_label
from core.operations.fields import PhoneField

ABSENT: Any = object()
# The length above which a text gets a multi-line control.
LONG = 400


@dataclass(slots=True)
class Option:
    value: str
    label: str
    chosen: bool = False


@dataclass(slots=True)
class Control:
    """One control, as the template renders it."""

    kind: str
    name: str
    label: str
    value: Any = ""
    help: str = ""
    required: bool = False
    options: list[Option] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)
    children: list[Any] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"field-{self.name}".replace("[", "-").replace("]", "").replace(".", "-")

    @property
    def template(self) -> str:
        return f"console/controls/{self.kind}.html"


class Input:
    """A field of a body as one control. `shown` is the text in it, `read` its value as JSON."""

    kind = "text"

    def __init__(self, name: str, source: Any, form: Any) -> None:
        self.name, self.field, self.form = name, source, form

    def shown(self, value: Any) -> Any:
        return "" if value is None else str(value)

    def typed(self, data: Any) -> Any:
        return data.get(self.name, "").replace("\r\n", "\n").strip()

    def read(self, shown: Any) -> Any:
        return shown or ABSENT

    def control(self, shown: Any) -> Control:
        return Control(
            self.kind_of(),
            self.name,
            field_label(self.name.rpartition(".")[2].rpartition("].")[2] or self.name),
            shown,
            help=self.help,
            required=bool(self.field.required and not self.form.partial),
            attributes=self.attributes(),
            errors=self.form.errors_of(self.name),
        )

    def kind_of(self) -> str:
        return self.kind

    def attributes(self) -> dict[str, Any]:
        most = getattr(self.field, "max_length", None)
        return {"maxlength": most} if most and self.kind_of() in ("text", "textarea") else {}

    @property
    def help(self) -> str:
        return gettext(str(self.field.help_text or ""))


class Text(Input):
    KINDS = ((serializers.EmailField, "email"), (PhoneField, "tel"))

    def kind_of(self) -> str:
        if "password" in self.name:
            return "password"
        named = next((kind for each, kind in self.KINDS if isinstance(self.field, each)), None)
        if named:
            return named
        most = getattr(self.field, "max_length", None)
        return "textarea" if most and most > LONG else "text"


class Number(Input):
    kind = "number"

    def read(self, shown: str) -> Any:
        if not shown:
            return ABSENT
        for kind in (int, float):
            try:
                return kind(shown)
            except ValueError:
                continue
        return shown

    def attributes(self) -> dict[str, Any]:
        bounds = {"min": getattr(self.field, "min_value", None), "max": getattr(self.field, "max_value", None)}
        step = {"step": "any"} if isinstance(self.field, serializers.DecimalField) else {}
        return {name: value for name, value in bounds.items() if value is not None and value < 2**31} | step


class Checkbox(Input):
    kind = "checkbox"

    def shown(self, value: Any) -> Any:
        return "true" if value is True else ""

    def typed(self, data: Any) -> Any:
        return "true" if self.name in data else ""

    def read(self, shown: Any) -> Any:
        return True if shown else (False if self.form.partial else ABSENT)

    def control(self, shown: Any) -> Control:
        control = super().control(shown)
        control.required = False
        return control


class Select(Input):
    kind = "select"

    def shown(self, value: Any) -> Any:
        return "" if value is None else str(value)

    def control(self, shown: Any) -> Control:
        control = super().control(shown)
        choices = self.field.choices.items()
        control.options = [Option(str(key), choice_label(key, text), str(key) == shown) for key, text in choices]
        return control


class Date(Input):
    kind = "date"


class Moment(Input):
    """A time in the viewer's zone."""

    kind = "datetime"

    def shown(self, value: Any) -> Any:
        try:
            at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except (TypeError, ValueError):
            return ""
        return f"{timezone.localtime(at):%Y-%m-%dT%H:%M}"

    def read(self, shown: Any) -> Any:
        try:
            at = datetime.fromisoformat(shown)
        except ValueError:
            return shown or ABSENT
        return (timezone.make_aware(at) if timezone.is_naive(at) else at).isoformat()

    @property
    def help(self) -> str:
        return f"{super().help} ({timezone.get_current_timezone_name()})".strip()


class Lines(Input):
    """A list of plain values, separated by commas."""

    def shown(self, value: Any) -> Any:
        return ", ".join(str(each) for each in value or ())

    def read(self, shown: Any) -> Any:
        parts = [each.strip() for each in shown.split(",") if each.strip()]
        if not parts:
            return [] if self.form.partial else ABSENT
        whole = isinstance(self.field.child, serializers.IntegerField)
        return [int(each) if whole and each.isascii() and each.isdigit() else each for each in parts]

    @property
    def help(self) -> str:
        return super().help or gettext("Separated by commas.")


class Choices(Input):
    """A list of known values."""

    kind = "multiple"

    def shown(self, value: Any) -> Any:
        return [str(each) for each in value or ()]

    def typed(self, data: Any) -> Any:
        return data.getlist(self.name)

    def read(self, shown: Any) -> Any:
        return shown or ([] if self.form.partial else ABSENT)

    def control(self, shown: Any) -> Control:
        control = super().control(shown)
        choices = self.field.child.choices.items()
        control.options = [Option(str(key), choice_label(key, text), str(key) in shown) for key, text in choices]
        return control


class Structure(Input):
    """An object of any shape, as text."""

    kind = "structure"

    def shown(self, value: Any) -> Any:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() if value else ""

    def read(self, shown: Any) -> Any:
        try:
            return orjson.loads(shown) if shown else ABSENT
        except ValueError:
            return shown


KINDS: tuple[tuple[type, Callable[..., Input]], ...] = (
    (serializers.BooleanField, Checkbox),
    (serializers.IntegerField, Number),
    (serializers.DecimalField, Number),
    (serializers.FloatField, Number),
    (serializers.DateTimeField, Moment),
    (serializers.DateField, Date),
    (serializers.ChoiceField, Select),
    (serializers.JSONField, Structure),
    (serializers.DictField, Structure),
)
