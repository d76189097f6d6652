"""Existing records in the caller's scope, read through the API."""

import os
from functools import cache
from typing import Any

import requests

TIMEOUT = 30
NUMBER = (int, float)
# By the ending of a field's name.
COLLECTIONS = {
    "client_id": "clients",
    "component_id": "components",
    "incident_id": "incidents",
    "product_id": "products",
    "subscription_id": "subscriptions",
    "vendor_id": "vendors",
    "change_id": "change-requests",
    "user_id": "users",
    "reporter_id": "users",
    "author_id": "users",
    "owner_id": "users",
    "manager_id": "users",
    "assigned_to": "users",
    "assigned_to_id": "users",
    "duplicate_of_id": "incidents",
}
# The related records of an incident: together they are consistent, drawn separately they rarely are.
FITTING = ("client_id", "component_id", "reporter_id")


def log_in() -> str:
    """The header of the person that FUZZ_EMAIL names, with a new token."""
    body = {"email": os.environ["FUZZ_EMAIL"], "password": os.environ["FUZZ_PASSWORD"]}
    answer = requests.post(_address("auth/token"), json=body, timeout=TIMEOUT)
    answer.raise_for_status()
    return f"Token {answer.json()['token']}"


def refer(body: dict[str, Any], choice: int) -> None:
    """Let every id of a body be one of a record that is there; `choice` decides which."""
    for name, value in body.items():
        known = sorted(_ids(name))
        if known and isinstance(value, NUMBER) and value not in known:
            body[name] = known[choice % len(known)]
    incidents = _read("incidents", *FITTING)
    if incidents and all(isinstance(body.get(name), NUMBER) for name in FITTING):
        body.update({name: incidents[choice % len(incidents)][name] for name in FITTING})


def _ids(name: str) -> set[int]:
    collections = [each for ending, each in COLLECTIONS.items() if name.endswith(ending)]
    return {row["id"] for each in collections[:1] for row in _read(each)}


@cache
def _read(collection: str, *fields: str) -> list[dict[str, Any]]:
    headers = {"Authorization": log_in()} if os.environ["FUZZ_EMAIL"] else {}
    params = {"fields": ",".join(("id", *fields)), "page_size": "100"}
    answer = requests.get(_address(collection), params=params, headers=headers, timeout=TIMEOUT)
    return list(answer.json()["results"]) if answer.ok else []


def _address(path: str) -> str:
    return f"{os.environ['FUZZ_ADDRESS']}/api/v1/{path}/"
