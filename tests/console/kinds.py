"""One page of each kind, none of them empty, for the tests that look at all of them."""

from typing import Any

from core.operations.dispatch import submit
from incidents.models import Incident
from tests.clients.factories import AssignmentFactory
from tests.console.test_acting import VENDOR
from tests.console.test_shift import promised
from tests.console.world import list_of, page_of, registered
from tests.incidents.factories import EscalationFactory, NoteFactory
from tests.knowledge.factories import ArticleFactory
from tests.reporting.factories import ReportFactory
from tests.users.factories import UserFactory
from users.choices import EX
from users.tokens import new_token

# For those who are not logged in.
OUTSIDE = {"login": "/console/login/", "activation": "/console/activate/", "bare error": "/console/?x=%00"}
ERRORS = {"bare error": 400, "not found": 404, "refusal": 403, "bad filter": 400}


def kinds_of_pages(manager: Any) -> dict[str, str]:
    """Name → address of each kind of page that an incident manager opens, with records on it."""
    client, pk = promised(manager)
    incident = Incident.objects.get(pk=pk)
    AssignmentFactory(client=client)
    NoteFactory(incident=incident)
    EscalationFactory(incident=incident, target_user=manager)
    new_token(manager, name="Laptop")
    report = ReportFactory()
    approval = submit(
        "approval.request", actor=UserFactory(role=EX), body={"operation": "vendor.create", "payload": VENDOR}
    )
    workbench = page_of(incident)
    return {
        "dashboard": "/console/?queue=all",
        "list": list_of(Incident),
        "filtered list": f"{list_of(Incident)}?status__exact=open&q=payments",
        "workbench": workbench,
        "talk": f"{workbench}?part=talk",
        "record": page_of(client),
        "report": page_of(report),
        "draft of a report": f"/console/report/{report.pk}/",
        "approval": page_of(approval),
        "article": page_of(ArticleFactory(body="# Steps\n\n* **first**\n\n| a | b |\n|---|---|\n| 1 | 2 |")),
        "empty form": "/console/act/incident.create/",
        "filled form": f"/console/act/incident.update/{pk}/",
        "refusal": f"/console/act/incident.close/{pk}/",
        "bulk": f"/console/bulk/?act=note&pk={pk}",
        "inbox": "/console/inbox/escalations/",
        "trail": "/console/trail/?reads=on",
        "trail of a record": f"/console/trail/?reference_type=incident&reference_id={pk}",
        "bad filter": "/console/trail/?reference_id=seven",
        "policy": "/console/policy/",
        "figures": "/console/figures/",
        "search": "/console/search/?q=payments",
        "suggested articles": f"/console/articles-for/{pk}/",
        "account": "/console/account/",
        "second factor": "/console/account/second-factor/",
        "verification": "/console/verification/",
        "not found": "/console/nowhere/",
    }


def lists() -> dict[str, str]:
    """The address of the list of each type."""
    return {model.__name__: list_of(model) for model in registered()}
