"""Descriptions of the fields of bodies and responses: one table for each app, in its `help_texts.py`.

A serializer's field is looked up in the tables of the apps that define its class and its base classes, first as
`Serializer.field`, then as `field`, then among the help texts of these apps' model fields; the common fields of records
are in this module. A field's own `help_text` takes precedence over all tables.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from django.apps import apps
from django.utils.module_loading import module_has_submodule

HELP_TEXTS = {
    "created_at": "When the record was created.",
    "created_by_id": "Who created the record.",
    "id": "The record's id.",
    "imported_violations": "The current rules that an imported record breaks; null for records created here.",
    "operation": "The name of the operation, as in GET /policy/.",
    "reference_id": "The id of the referenced record.",
    "reference_type": "The type of the referenced record.",
    "results": "The records on this page.",
    "status": "The current status of the record's lifecycle.",
    "updated_at": "When the record was last changed.",
    "updated_by_id": "Who last changed the record.",
}


def help_text_of(serializer: type, member: str) -> str:
    """The description of a serializer's field; empty if no table has one."""
    having = [app for app in _apps_of(serializer) if app in app_tables()]
    names = [f"{each.__name__}.{member}" for each in serializer.__mro__]
    tables = [(name, app_tables()[app]) for name in (*names, member) for app in having]
    tables += [(member, of_models(app)) for app in having]
    return next((table[name] for name, table in tables if name in table), HELP_TEXTS.get(member, ""))


def _apps_of(serializer: type) -> dict[str, None]:
    """The apps that define a class and its base classes, its own first."""
    return dict.fromkeys(each.__module__.partition(".")[0] for each in serializer.__mro__)


@cache
def app_tables() -> dict[str, Mapping[str, str]]:
    """The table of each installed app that has one."""
    having = [each for each in apps.get_app_configs() if each.name != "core"]
    return {
        each.name: import_module(f"{each.name}.help_texts").HELP_TEXTS
        for each in having
        if module_has_submodule(each.module, "help_texts")
    }


@cache
def of_models(app: str) -> Mapping[str, str]:
    """The help texts of an app's model fields; a name with different texts in two models has none."""
    texts: dict[str, set[str]] = defaultdict(set)
    for model in apps.get_app_config(app).get_models():
        for field in model._meta.concrete_fields:
            texts[field.attname].add(str(field.help_text))
    return {name: text for name, (text, *others) in texts.items() if text and not others}
