"""What the members of bodies and answers mean: a table for each app, in its `help_texts.py`.

A serializer's member is looked up in the tables of the apps that its class and its base classes belong to, first as
`Serializer.member`, then as `member`; what every record has stands here. What a field says of itself (`help_text`)
comes before all tables.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from django.apps import apps
from django.utils.module_loading import module_has_submodule

HELP_TEXTS = {
    "created_at": "When the record was created.",
    "created_by_id": "Who created the record.",
    "id": "The record's id.",
    "imported_violations": "Today's rules that an imported record breaks; null for records made here.",
    "operation": "The name of the operation, as in GET /policy/.",
    "reference_id": "The id of the record referred to.",
    "reference_type": "The type of the record referred to.",
    "results": "The records of this page.",
    "status": "The status in the record's lifecycle.",
    "updated_at": "When the record was last changed.",
    "updated_by_id": "Who last changed the record.",
}


def help_text_of(serializer: type, member: str) -> str:
    """The sentence for a member of a serializer; empty where no table has one."""
    own = [app_tables()[app] for app in _apps_of(serializer) if app in app_tables()]
    names = [f"{each.__name__}.{member}" for each in serializer.__mro__]
    found = (table[name] for name in (*names, member) for table in own if name in table)
    return next(found, HELP_TEXTS.get(member, ""))


def _apps_of(serializer: type) -> dict[str, None]:
    """The apps that a class and its base classes belong to, its own first."""
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
