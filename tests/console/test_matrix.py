"""Compares the console's pages of operations with the policy's table and the API's response to each role."""

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.http import QueryDict

from console.operations.availability import is_act, refusal_of
from console.operations.form import OperationForm
from core.operations.registry import Operation, registry
from tests.api import Api
from tests.architecture.targets import address, make
from tests.console.world import browser
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC, Role

SHORT = {"IM": IM, "TS": TS, "SA": SA, "AM": AM, "EX": EX, "VC": VC, "CC": CC}
TSV = Path(__file__).resolve().parent.parent / "architecture" / "OPERATIONS.tsv"
with TSV.open(encoding="utf-8") as lines:
    TABLE = {row["operation"]: row for row in csv.DictReader(lines, delimiter="\t") if registry.find(row["operation"])}
# The reads of the table have lists, a search and a verification page instead of forms.
READS = {"discovery.search", "audit.read", "audit.verify"}
ACTS = [name for name in TABLE if name not in READS]
CODE = re.compile(r'data-code="(\w+)"')
OWN = {"user.update_profile"}


def test_every_write_of_the_table_has_its_page():
    assert {name for name in TABLE if not is_act(registry[name])} == READS


def page_of(name: str, pk: int | None) -> str:
    number = "" if pk is None or name in OWN else f"{pk}/"
    return f"/console/act/{name}/{number}"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ACTS)
def test_each_role_may_use_the_pages_that_the_table_permits_with_the_apis_answers(name: str) -> None:
    row, operation = TABLE[name], registry[name]
    record = make(operation.target) if operation.target else None
    for role in Role.values:
        permitted = row["roles"] == "ALL" or role in {SHORT[each] for each in row["roles"].split()}
        person = UserFactory(role=role)
        refusal = refusal_of(operation, person, record)
        assert (refusal is not None and refusal.rule == "who_can_perform") is not permitted, role
        if permitted:
            compare_answers(operation, person if name in OWN else record, person)


# The field of a nested record that its path begins with.
PARENTS = {"clock_pause": "incident_id", "action_item": "review_id"}


def path_to(path: str, record: Any) -> str:
    """The path with the record's id in it, and before that its parent's."""
    ids = [getattr(record, PARENTS[record.entity_type])] if record.entity_type in PARENTS else []
    numbers = iter([*ids, record.pk])
    return re.sub(r"(?<=/)\d+(?=/)", lambda _: str(next(numbers)), path)


def compare_answers(operation: Operation, record: Any, person: Any) -> None:
    """An empty form gets the API's status and code for the body that it states."""
    body = OperationForm(operation, person, typed=QueryDict()).body()
    method, path = address(operation.endpoints[0], operation)
    path = path_to(path, record) if record is not None else path
    with transaction.atomic():
        answer = getattr(Api(person), method)(path, *([] if method == "delete" else [body]))
        transaction.set_rollback(True)
    posted = browser(person).post(page_of(operation.name, record.pk if record is not None else None), {})
    if answer.status_code < 400:
        assert posted.status_code in (200, 302), (person.role, posted.content.decode())
        return
    code = CODE.search(posted.content.decode())
    told = (posted.status_code, code[1] if code else "")
    assert told == (answer.status_code, answer.json()["code"]), person.role
