"""Inserts: the SQL for the same columns is constant, and compiled once (see core.sql.compiled)."""

from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.sql import InsertQuery


class CompiledInsert(models.Model):
    """A model whose rows are inserted with a compiled statement."""

    class Meta:
        abstract = True

    def _do_insert(self, manager: Any, using: str | None, fields: Any, returning_fields: Any, raw: bool) -> Any:
        """Insert the row and return the values of `returning_fields`. Called by Django's `save`."""
        database = connections[DEFAULT_DB_ALIAS]  # looked up once, not for each field
        values = {field.attname: field.pre_save(self, True) for field in fields}
        # Columns without a value are left out: half of a new record's.
        given = [field for field in fields if values[field.attname] is not None or field.has_db_default()]
        plain = not raw and using == DEFAULT_DB_ALIAS
        sql = _statement(type(self), tuple(each.attname for each in given)) if plain else None
        if sql is None:
            return super()._do_insert(manager, using, fields, returning_fields, raw)  # type: ignore[misc]
        params = [field.get_db_prep_save(values[field.attname], connection=database) for field in given]
        if any(hasattr(param, "resolve_expression") for param in params):
            return super()._do_insert(manager, using, fields, returning_fields, raw)  # type: ignore[misc]
        with database.cursor() as cursor:
            cursor.execute(sql, params)
            return [cursor.fetchone()]


@lru_cache(maxsize=1_000)
def _statement(model: Any, names: tuple[str, ...]) -> str | None:
    """The SQL, with one parameter for each of these columns; None if a field or the database needs more."""
    fields = [each for each in model._meta.local_concrete_fields if each.attname in names]
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
