"""Reversing migrations: a reversal that would drop rows or column values is refused unless it is confirmed.

Django reverses a migration by dropping what it created, and reapplying it creates empty tables: the records are lost.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.core.management.base import CommandError
from django.db import migrations

FLAG = "--drop-data"
# The maximum number of losses in the message.
NAMED = 10

Steps = list[tuple[str, Any]]

_loss_confirmed: ContextVar[bool] = ContextVar("core_drop_data", default=False)


@contextmanager
def dropping_data(meant: bool) -> Iterator[None]:
    """Set for a block whether data losses are confirmed."""
    token = _loss_confirmed.set(meant)
    try:
        yield
    finally:
        _loss_confirmed.reset(token)


def refuse_losses(*, plan: Iterable[tuple[Any, bool]] = (), apps: Any = None, using: str = "", **kwargs: Any) -> None:
    """Django's `pre_migrate` receiver, before any change. Raises CommandError with the data that would be lost."""
    reversals = [] if _loss_confirmed.get() else [migration for migration, backwards in plan if backwards]
    steps = [(migration.app_label, step) for migration in reversals for step in migration.operations]
    tables = dict(_dropped_tables(steps, apps, using))
    columns = [each for table, each in _dropped_columns(steps, apps, using) if table not in tables]
    lost = [*(f"{rows} rows of {table}" for table, rows in tables.items()), *columns]
    if lost:
        more = f" and more ({len(lost)} losses)" if len(lost) > NAMED else ""
        raise CommandError(
            f"Refused: reversing would drop {'; '.join(lost[:NAMED])}{more}. Make a backup, and pass {FLAG} to confirm."
        )


def _dropped_tables(steps: Steps, apps: Any, using: str) -> Iterator[tuple[str, int]]:
    """The tables with rows that would be dropped, and their row counts."""
    for label, step in steps:
        model = _model(apps, label, step.name) if isinstance(step, migrations.CreateModel) else None
        if model is not None and (rows := model._base_manager.using(using).count()):
            yield model._meta.db_table, rows


def _dropped_columns(steps: Steps, apps: Any, using: str) -> Iterator[tuple[str, str]]:
    """The tables whose non-empty columns would be dropped, and the loss in words."""
    for label, step in steps:
        model = _model(apps, label, step.model_name) if isinstance(step, migrations.AddField) else None
        if model is not None and (rows := _values_to_lose(model, step.name, using)):
            yield model._meta.db_table, f"{step.name} in {rows} rows of {model._meta.db_table}"


def _model(apps: Any, label: str, name: str) -> Any:
    """The current model; None if a later migration has removed or renamed it."""
    try:
        return apps.get_model(label, name)
    except (LookupError, ValueError):
        return None


def _values_to_lose(model: Any, name: str, using: str) -> int:
    """The number of rows with a value in this column that the migration would not restore."""
    rows = model._base_manager.using(using)
    field = next((each for each in model._meta.get_fields() if each.name == name), None)
    if field is None or not getattr(field, "concrete", False):
        return 0
    if field.many_to_many:
        return int(field.remote_field.through._base_manager.using(using).count())
    filled, empty = rows.exclude(**{f"{name}__isnull": True}), field.get_default()
    return int((filled if empty is None else filled.exclude(**{name: empty})).count())
