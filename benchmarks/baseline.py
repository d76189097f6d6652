"""The statements that the ceiling replays: those of the product at commit c742d6d, whatever the product runs today.

statements_of_c742d6d.json was recorded once, from that commit in a world of benchmarks.world. A parameter is a JSON
value, or an object that says what it stands for: a record of the current world ("id"; "created" for the incident that
the statements before it have created), the digest of its token ("text"), a time from now, JSON, or a number with the
type that tells the database how wide it is.

Columns that the schema has got since then do not appear in its statements. An INSERT gets those of them that must have
a value, with the default of today's model; a SELECT reads as many columns as it did. Where a column is renamed or
removed, edit its name in the file; do not record the file again, because fewer statements would then not count.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone
from psycopg.types import numeric
from psycopg.types.json import Jsonb

from audit.models import AuditEntry
from clients.models import SlaAgreement
from incidents.models import Incident
from products.models import Component

RECORDED = Path(__file__).parent / "statements_of_c742d6d.json"
# Stands for the id that a replayed insertion returns; no record has it.
CREATED = -1
INSERTED = {model._meta.db_table: model for model in (AuditEntry, Incident)}
INTO = re.compile(r'INSERT INTO "(?P<table>\w+)" \((?P<columns>[^)]*)\) VALUES \(')

Statement = tuple[str, list[Any]]


def statements(told: Mapping[str, Any]) -> dict[str, list[Statement]]:
    """For each request the statements, bound to the world that has told this."""
    ids, digest = ids_of(told), hashlib.sha256(told["token"].encode()).hexdigest()
    recorded = json.loads(RECORDED.read_text())
    return {
        request: [completed(each["sql"], [bound(value, ids, digest) for value in each["params"]]) for each in listed]
        for request, listed in recorded.items()
    }


def ids_of(told: Mapping[str, Any]) -> dict[str, int]:
    """The records that the statements are about, by the names that they have in the file."""
    body = told["requests"]["create"]["body"]
    return {
        "created": CREATED,
        "incident": int(told["requests"]["get"]["path"].rstrip("/").rpartition("/")[2]),
        "manager": body["assigned_manager_id"],
        "worker": body["assigned_to_id"],
        "client": body["client_id"],
        "component": body["component_id"],
        "product": Component.objects.get(pk=body["component_id"]).product_id,
        "agreement": SlaAgreement.objects.filter(subscription__client_id=body["client_id"]).earliest("id").pk,
    }


def bound(value: Any, ids: Mapping[str, int], digest: str) -> Any:
    """A parameter of the file as psycopg gets it."""
    if not isinstance(value, dict):
        return value
    wide = getattr(numeric, value["type"]) if "type" in value else int
    meanings = {
        "id": lambda name: wide(ids[name]),
        "integer": wide,
        "text": lambda name: digest,
        "json": Jsonb,
        "seconds": lambda number: timedelta(seconds=number),
        "seconds_from_now": lambda number: timezone.now() + timedelta(seconds=number),
        "days_from_today": lambda number: timezone.now().date() + timedelta(days=number),
    }
    kind = next(name for name in value if name in meanings)
    return meanings[kind](value[kind])


def completed(sql: str, params: list[Any]) -> Statement:
    """A statement for today's schema: an INSERT states every column that must have a value, the new ones first."""
    found = INTO.match(sql)
    if found is None:
        return sql, params
    named = set(re.findall(r"\w+", found["columns"]))
    columns = INSERTED[found["table"]]._meta.local_concrete_fields
    new = [each for each in columns if each.column not in named and not (each.null or each.primary_key)]
    if not new:
        return sql, params
    names, places = ", ".join(f'"{each.column}"' for each in new), "%s, " * len(new)
    start = f'INSERT INTO "{found["table"]}" ({names}, {found["columns"]}) VALUES ({places}'  # noqa: S608 - our own names
    values = [each.get_db_prep_save(each.get_default(), connection=connection) for each in new]
    return start + sql[found.end() :], values + params
