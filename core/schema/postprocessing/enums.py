"""Enumerations are named after their choices classes, so names cannot collide.

Names of values are unique as well: in languages without scoped enumerations (Go, C++), two enumerations with "open"
would define the same constant. `x-enum-varnames` gives each value a unique name.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.db.models import TextChoices
from django.utils.module_loading import import_string
from drf_spectacular.hooks import postprocess_schema_enums
from drf_spectacular.settings import patched_settings, spectacular_settings

SUFFIX = "Enum"
VALUE_NAMES = "x-enum-varnames"
# The name of a value without letters or digits.
EMPTY = "EMPTY"


def choices_classes() -> list[type[TextChoices]]:
    """Every choices class of the installed apps, by module and name."""
    installed = {app.name for app in apps.get_app_configs()}
    found = [each for each in TextChoices.__subclasses__() if each.__module__.partition(".")[0] in installed]
    return sorted(found, key=lambda each: (each.__module__, each.__name__))


def enum_names() -> dict[str, list[tuple[str, str]]]:
    """Enum name → choices. Classes with the same choices share one enum, named by a setting or after all of them."""
    named: dict[str, list[tuple[str, str]]] = {}
    taken: set[tuple[tuple[str, str], ...]] = set()
    for name, path in spectacular_settings.ENUM_NAME_OVERRIDES.items():
        named[name] = _pairs(import_string(path))
        taken.add(tuple(named[name]))
    shared: dict[tuple[tuple[str, str], ...], set[str]] = defaultdict(set)
    for each in choices_classes():
        shared[tuple(_pairs(each))].add(each.__name__)
    for alike, names in shared.items():
        if alike not in taken:
            named["Or".join(sorted(names)) + SUFFIX] = list(alike)
    return named


def _pairs(choices: type[TextChoices]) -> list[tuple[str, str]]:
    """The choices in a canonical order, so that classes with another order compare equal."""
    return sorted((str(value), str(label)) for value, label in choices.choices)


def share_enums(result: Any, generator: Any, **options: Any) -> Any:
    """A generator hook: one component for each enumeration, named after its choices."""
    with patched_settings({"ENUM_NAME_OVERRIDES": enum_names()}):
        return postprocess_schema_enums(result, generator, **options)


def name_values(result: Any, generator: Any, **options: Any) -> Any:
    """A hook of the generator, after `share_enums`: names the values of each enumeration after it."""
    for name, schema in result["components"]["schemas"].items():
        if "enum" in schema:
            schema[VALUE_NAMES] = [_value_name(name, each) for each in schema["enum"]]
    return result


def refer_to_enums(result: Any, generator: Any, **options: Any) -> Any:
    """A hook of the generator, after `share_enums`: a parameter that takes the values of an enumeration names it."""
    named: dict[frozenset[str], list[str]] = defaultdict(list)
    for name, schema in result["components"]["schemas"].items():
        if name.endswith(SUFFIX) and "enum" in schema:
            named[frozenset(schema["enum"])].append(name)
    known = {values: names[0] for values, names in named.items() if len(names) == 1}
    for action in (action for item in result["paths"].values() for action in item.values()):
        for parameter in action.get("parameters", ()):
            parameter["schema"] = _referring(parameter["schema"], known)
    return result


def _referring(schema: dict[str, Any], known: Mapping[frozenset[str], str]) -> dict[str, Any]:
    """A schema that refers to the enumeration of its values or of its items' values, if there is one."""
    name = known.get(frozenset(schema.get("enum", ())))
    if name:
        return {"$ref": f"#/components/schemas/{name}"}
    return {**schema, "items": _referring(schema["items"], known)} if "items" in schema else schema


def _value_name(enumeration: str, value: Any) -> str:
    """`INCIDENT_STATUS_OPEN` for "open" of IncidentStatusEnum."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", enumeration.removesuffix(SUFFIX))
    return f"{words}_{re.sub(r'[^A-Za-z0-9]+', '_', str(value)).strip('_') or EMPTY}".upper()
