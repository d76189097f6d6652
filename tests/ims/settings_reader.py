"""Reads settings in a process for each, forked from one that has loaded the libraries: loading them takes a second."""

import importlib
import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

# Loaded once, before any settings: libraries of the product and of Django that need none.
LIBRARIES = (
    *("django.db.models", "django.core.management", "django.template", "django.test", "environ", "holidays"),
    *(
        "jinja2",
        "markdown_it",
        "phonenumbers",
        "prometheus_client",
        "psycopg",
        "psycopg_pool",
        "requests",
        "rich.console",
    ),
    *("rich.traceback", "structlog", "zxcvbn"),
)
FORKS = get_context("forkserver")
FORKS.set_forkserver_preload([__name__, *LIBRARIES])


def settings_of(names: Sequence[str], variables: Mapping[str, str], *, served: bool = False) -> dict[str, Any]:
    """The settings of an installation with only these variables, of a command or of the server."""
    with ProcessPoolExecutor(1, mp_context=FORKS) as pool:
        return pool.submit(_read, names, variables, served).result()


def _read(names: Sequence[str], variables: Mapping[str, str], served: bool) -> dict[str, Any]:
    os.environ.clear()
    os.environ.update(variables)
    if served:
        importlib.import_module("ims.wsgi")
    settings = importlib.import_module("django.conf").settings
    read: dict[str, Any] = json.loads(json.dumps({name: getattr(settings, name) for name in names}, default=str))
    return read
