"""Inserts: the SQL for a model's columns is constant, and compiled once (see core.sql.compiled)."""

from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.sql import InsertQuery


class CompiledInsert(models.Model):
    """A model whose rows are inserted with a compiled statement."""

    class Meta:
        abstract = True

    def _do_insert(self, manager: Any, using: str | None, fields: Any, returning_fields: Any, raw: bool) -> Any:
        """Insert the row and return the values of `returning_fields`. Called by Django's `save`."""
        sql = None if raw or using != DEFAULT_DB_ALIAS else _statement(type(self), self.pk is not None)
        if sql is None:
            return super()._do_insert(manager, using, fields, returning_fields, raw)  # type: ignore[misc]
        database = connections[DEFAULT_DB_ALIAS]  # looked up once, not for each field
        values = [field.get_db_prep_save(field.pre_save(self, True), connection=database) for field in fields]
        if any(hasattr(value, "resolve_expression") for value in values):
            return super()._do_insert(manager, using, fields, returning_fields, raw)  # type: ignore[misc]
        with database.cursor() as cursor:
            cursor.execute(sql, values)
            return [cursor.fetchone()]


@cache
def _statement(model: Any, with_id: bool) -> str | None:
    """The SQL, with one parameter for each field; None if a field or the database needs more."""
    columns = [each for each in model._meta.local_concrete_fields if not each.generated]
    fields = [each for each in columns if with_id or each is not model._meta.auto_field]
    special = any(hasattr(each, "get_placeholder") for each in fields)
    returned = connection.features.can_return_columns_from_insert and model._meta.db_returning_fields
    if special or not returned:
        return None
    query = InsertQuery(model)
    query.insert_values(fields, [model()])
    compiler = query.get_compiler(connection=connection)
    compiler.returning_fields = model._meta.db_returning_fields
    ((sql, params),) = compiler.as_sql()
    return str(sql) if len(params) == len(fields) else None
