"""The tables of an installation, and their values as JSON and back."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.utils.duration import duration_iso_string


def moved_models() -> list[Any]:
    """Every model of the product. Sessions of browsers, failed logins and Django's own tables stay behind."""
    ours = [each for each in apps.get_app_configs() if Path(each.path).is_relative_to(settings.BASE_DIR)]
    found = [model for each in ours for model in each.get_models() if model._meta.managed and not model._meta.proxy]
    return sorted(found, key=lambda model: str(model._meta.label_lower))


def columns_of(model: Any) -> list[Any]:
    return [field for field in model._meta.local_concrete_fields if not field.generated]


def plain(value: Any) -> Any:
    """What JSON has no form for."""
    if isinstance(value, timedelta):
        return duration_iso_string(value)
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"a {type(value).__name__} cannot be exported")


def stored(field: Any, value: Any) -> Any:
    """A value of the file as the database takes it."""
    if value is not None and not isinstance(field, models.JSONField):
        value = field.to_python(value)
    return field.get_db_prep_save(value, connection=connection)


def insert_statement(model: Any, fields: list[Any]) -> str:
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column) for field in fields)
    values = ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({values})"  # noqa: S608 - names of the models
