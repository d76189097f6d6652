"""Plays the tour for recording: in this process, with an empty database and a fixed clock."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import time_machine
from django.apps import apps
from django.db import connection
from django.test import Client

from core.context import context
from core.http.routes import API_PREFIX
from core.operations.dispatch import execute
from tools.tour.chapters import CHAPTERS, FOUNDERS
from tools.tour.placeholders import BEGIN, REQUEST_ID
from tools.tour.player import Exchange, Reply, Request, play
from users.system import system_principal

STEP = timedelta(minutes=1)


class Clock:
    """Fixed during a step, and advanced between steps."""

    def __init__(self, traveller: Any) -> None:
        self.traveller = traveller

    def __call__(self, duration: timedelta) -> None:
        self.traveller.shift(duration or STEP)


def record() -> Iterator[Exchange]:
    """Play the whole tour in this process. The database must be freshly migrated; the written data remains."""
    restart_ids()
    with _standing_clock() as clock:
        yield from play(CHAPTERS, send, found(), passing=clock)


def found() -> dict[str, Any]:
    """Create the first administrator and executive, as `manage.py bootstrap` does, as the start of the tour.

    The administrator has also used the console, which is not part of the API.
    """
    people = {str(person.role): {"email": person.email, "name": person.name} for person in FOUNDERS}
    with context(request_id=REQUEST_ID):
        made = execute("user.bootstrap", actor=system_principal(), data={"people": people})
        for user, _ in made:
            execute("access.open_session", actor=user, data={"key": f"console of {user.pk}"})
    return {user.email.partition("@")[0]: {"shares": list(shares)} for user, shares in made}


def restart_ids() -> None:
    """Reset every table's sequence to its highest id, because a used database has advanced it."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM sqlite_sequence")
            return
        for meta in (model._meta for model in apps.get_models()):
            if meta.auto_field is not None:
                key, quote = str(meta.auto_field.column), connection.ops.quote_name
                highest = f"SELECT COALESCE(MAX({quote(key)}), 0) + 1 FROM {quote(meta.db_table)}"  # noqa: S608 - names of the models
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence(%s, %s), ({highest}), false)", [meta.db_table, key]
                )


@contextmanager
def _standing_clock() -> Iterator[Clock]:
    with time_machine.travel(BEGIN, tick=False) as traveller:
        yield Clock(traveller)


def send(request: Request) -> Reply:
    """Send a request to this process; a reply in another format than JSON is returned as text."""
    text = json.dumps(request.body) if request.raw is None and request.body is not None else request.raw
    headers = {"X-Request-ID": REQUEST_ID, **request.headers}
    media_type = headers.pop("Content-Type", "application/json") if text is not None else ""
    answer = Client(SERVER_NAME="localhost").generic(
        request.method, f"/{API_PREFIX}{request.path.removeprefix('/')}", text or "", media_type, headers=headers
    )
    return Reply(answer.status_code, answer.headers, _read(answer))


def _read(answer: Any) -> Any:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return json.loads(content) if "json" in answer.headers["Content-Type"] else content.decode(errors="replace")
