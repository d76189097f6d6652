"""Composite controls, and controls that choose records."""

from typing import Any

from django.utils.translation import gettext
from rest_framework import serializers

from console.operations.controls import ABSENT, KINDS, Choices, Control, Input, Lines, Option, Text
from console.operations.references import OFFERED, Choice, choice_of, list_choice_of, meant
from core.console.titles import title_of
from core.operations.fields import Reference

# The number of empty rows in a list of objects.
ROWS = 4


def input_of(name: str, field: Any, form: Any) -> Input:
    """The input for a field of a body."""
    if isinstance(field, serializers.ListSerializer):
        return Rows(name, field, form)
    if isinstance(field, serializers.BaseSerializer):
        return Group(name, field, form)
    if isinstance(field, Reference):
        return One(name, field, form)
    if isinstance(field, serializers.ListField):
        return _list_of(name, field, form)
    return next((kind for each, kind in KINDS if isinstance(field, each)), Text)(name, field, form)


def _list_of(name: str, field: Any, form: Any) -> Input:
    if list_choice_of(field) is not None:
        return Many(name, field, form)
    kind = Choices if isinstance(field.child, serializers.ChoiceField) else Lines
    return kind(name, field, form)


class One(Input):
    """A record: chosen from a list or, where there are many, named by a text."""

    @property
    def choice(self) -> Choice:
        found = choice_of(self.field)
        assert found is not None  # noqa: S101 - `input_of` asks only for references
        return found

    def read(self, shown: Any) -> Any:
        if not shown:
            return ABSENT
        number, candidates, problem = meant(self.choice, self.form.actor, shown)
        if problem:
            self.form.unclear(self.name, problem, candidates)
        return ABSENT if number is None else number

    def control(self, shown: Any) -> Control:
        control = super().control(shown)
        control.help = ""
        records = self.form.candidates.get(self.name) or self.form.offered(self.choice)
        chosen = self._chosen(shown, records)
        options = [Option(str(each.pk), title_of(each), str(each.pk) == shown) for each in records[:OFFERED]]
        if len(records) <= OFFERED:
            control.kind = "select"
            known = any(each.chosen for each in options)
            control.options = options if known or chosen is None else [chosen, *options]
        else:
            control.kind = "search"
            control.value = f"{chosen.label} ({chosen.value})" if chosen else shown
            control.options = [Option(f"{each.label} ({each.value})", "") for each in options]
        return control

    def _chosen(self, shown: Any, records: list[Any]) -> Option | None:
        """The option of a record that is already named."""
        if not shown or not str(shown).isdigit():
            return None
        names = {each.pk: title_of(each) for each in records} or {}
        label = names.get(int(shown)) or self.choice.named(self.form.actor, [int(shown)]).get(int(shown))
        return Option(str(shown), label, chosen=True) if label else None


class Many(Input):
    """Several records, ticked in a list or, where there are many, named by numbers."""

    def shown(self, value: Any) -> Any:
        return [str(each) for each in value or ()]

    def typed(self, data: Any) -> Any:
        given = data.getlist(self.name)
        return [part.strip() for each in given for part in each.split(",") if part.strip()]

    def read(self, shown: Any) -> Any:
        if not shown:
            return [] if self.form.partial or self.field.required else ABSENT
        return [int(each) if each.isascii() and each.isdigit() else each for each in shown]

    def control(self, shown: Any) -> Control:
        control = super().control(shown)
        choice = list_choice_of(self.field)
        records = self.form.offered(choice) if choice else []
        if len(records) > OFFERED:
            control.kind, control.value = "text", ", ".join(shown)
            control.help = gettext("Numbers, separated by commas.")
            return control
        control.kind, control.help = "multiple", ""
        control.options = [Option(str(each.pk), title_of(each), str(each.pk) in shown) for each in records]
        return control


class Group(Input):
    """An object with declared fields."""

    kind = "group"

    def inputs(self) -> list[Input]:
        return [input_of(f"{self.name}.{each}", field, self.form) for each, field in self.field.fields.items()]

    def shown(self, value: Any) -> Any:
        value = value if isinstance(value, dict) else {}
        return {each.name: each.shown(value.get(_last(each.name))) for each in self.inputs()}

    def typed(self, data: Any) -> Any:
        return {each.name: each.typed(data) for each in self.inputs()}

    def read(self, shown: Any) -> Any:
        values = {_last(each.name): each.read(shown[each.name]) for each in self.inputs()}
        given = {name: value for name, value in values.items() if value is not ABSENT}
        return given if any(value is not False for value in given.values()) or self.form.partial else ABSENT

    def control(self, shown: Any) -> Control:
        control = super().control(shown)
        control.children = [each.control(shown.get(each.name, "")) for each in self.inputs()]
        return control


class Rows(Input):
    """A list of objects, one group for each; empty ones are left out."""

    kind = "rows"

    def row(self, index: int) -> Group:
        return Group(f"{self.name}[{index}]", self.field.child, self.form)

    def shown(self, value: Any) -> Any:
        return [self.row(index).shown(each) for index, each in enumerate(value or ())]

    def typed(self, data: Any) -> Any:
        rows = [self.row(index).typed(data) for index in range(ROWS)]
        filled = [list(row.values()) for row in rows if any(row.values())]
        return [dict(zip(self._names(index), row, strict=True)) for index, row in enumerate(filled)]

    def read(self, shown: Any) -> Any:
        rows = [self.row(index).read(each) for index, each in enumerate(shown)]
        given = [each for each in rows if each is not ABSENT]
        return given or ABSENT

    def control(self, shown: Any) -> Control:
        control = super().control(shown)
        blank = [self.row(index).shown({}) for index in range(len(shown), ROWS)]
        control.children = [self.row(index).control(each) for index, each in enumerate([*shown, *blank])]
        for number, child in enumerate(control.children, start=1):
            child.label, child.required = str(number), False
        return control

    def _names(self, index: int) -> list[str]:
        return [each.name for each in self.row(index).inputs()]


def _last(name: str) -> str:
    return name.rpartition(".")[2]
