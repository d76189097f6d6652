"""The ceiling: a bare Django view that runs statements of the product by cursor and answers with a fast encoder.

It decides nothing: no policy, no reading of the body, no arithmetic. The lower bound of a framework. Started by
`gunicorn benchmarks.peers.bare:application`, with the statements of a fixed commit (see benchmarks.baseline) that
benchmarks.world has left in the folder that BENCH_FOLDER names.
"""

import os
import pickle
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import environ
import orjson
from django.conf import settings

from ims.settings.database import database

ROOT = Path(__file__).parents[2]
os.environ["IMS_SERVING"] = "true"
settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={"default": database(environ.Env(), ROOT)},
    MIDDLEWARE=[],
    ROOT_URLCONF=__name__,
    SECRET_KEY="of a benchmark",  # noqa: S106
    USE_TZ=True,
)

from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path

application = get_wsgi_application()

FILE = Path(os.environ["BENCH_FOLDER"]) / "statements.pickle"
RECORDED: dict[str, list[tuple[str, Any]]] = pickle.loads(FILE.read_bytes())  # noqa: S301 - our own
CREATION = 'INSERT INTO "incidents_incident"'
# The place of the value that no two open incidents share.
OPEN_KEY = -1
# Stands for the id of the created record in the statements behind its insertion (benchmarks.baseline.CREATED).
CREATED = -1
numbers = count()
# Two processes must not create the same.
PROCESS = uuid4().hex


def replay(statements: list[tuple[str, Any]]) -> list[list[dict[str, Any]]]:
    """Run recorded statements; the rows of each. Behind an insertion of a record its new id stands for the old one."""
    answers: list[list[dict[str, Any]]] = []
    renamed: dict[Any, int] = {}
    with connection.cursor() as cursor:
        for sql, params in statements:
            values = [_renamed(value, renamed) for value in params or ()]
            if sql.startswith(CREATION):
                values[OPEN_KEY] = f"{PROCESS}/{next(numbers)}"
            cursor.execute(sql, values)
            names = [column.name for column in cursor.description or ()]
            answers.append([dict(zip(names, row, strict=True)) for row in cursor.fetchall()] if names else [])
            if sql.startswith(CREATION):
                renamed[CREATED] = answers[-1][0]["id"]
    return answers


def _renamed(value: Any, renamed: dict[Any, int]) -> Any:
    """A replaced id, in a type with the same width in the database."""
    known = isinstance(value, int) and not isinstance(value, bool) and value in renamed
    return type(value)(renamed[value]) if known else value


def answered(data: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(orjson.dumps(data), content_type="application/json", status=status)


def incidents(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        with transaction.atomic():
            *_, record, notes, affected = replay(RECORDED["create"])
        return answered({**record[0], "notes": notes, "affected_client_ids": affected}, 201)
    _, rows, _ = replay(RECORDED["list"])
    return answered({"next": None, "previous": None, "results": rows})


def incident(request: HttpRequest, pk: int) -> HttpResponse:
    _, record, notes, affected, _ = replay(RECORDED["get"])
    return answered({**record[0], "notes": notes, "affected_client_ids": affected})


def healthy(request: HttpRequest) -> HttpResponse:
    return answered({"status": "ok"})


urlpatterns = [
    path("healthz", healthy),
    path("api/v1/incidents/", incidents),
    path("api/v1/incidents/<int:pk>/", incident),
]
