"""Names of enumerations in the description: those of the choices themselves, so that no two can collide."""

import importlib
from collections import defaultdict
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.db.models import TextChoices
from django.utils.module_loading import import_string
from drf_spectacular.hooks import postprocess_schema_enums
from drf_spectacular.settings import patched_settings, spectacular_settings

from core.verbs import Verb

SUFFIX = "Enum"


def choices_classes() -> Iterator[type[TextChoices]]:
    """Every class of choices in the `choices` modules of the installed apps, and the audit verbs."""
    yield Verb
    for app in apps.get_app_configs():
        name = f"{app.name}.choices"
        if find_spec(name) is None:
            continue
        for each in vars(importlib.import_module(name)).values():
            if isinstance(each, type) and issubclass(each, TextChoices) and each.__module__ == name:
                yield each


def enum_names() -> dict[str, list[tuple[str, str]]]:
    """Enum name → choices. Classes of the same choices share one enum, named by a setting or after all of them."""
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
    return [(str(value), str(label)) for value, label in choices.choices]


def share_enums(result: Any, generator: Any, **options: Any) -> Any:
    """A hook of the generator: one component for each enumeration, under the name of its choices."""
    with patched_settings({"ENUM_NAME_OVERRIDES": enum_names()}):
        return postprocess_schema_enums(result, generator, **options)
