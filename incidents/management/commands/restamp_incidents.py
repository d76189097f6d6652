"""`manage.py restamp_incidents`: due times of unresolved incidents by the rules of this version."""

from typing import Any

from django.core.management.base import BaseCommand

from core.context import context, new_request_id
from core.management.progress import progress_bar
from core.operations.dispatch import execute
from incidents.operations.restamp import clients_to_restamp
from users.system import system_principal


class Command(BaseCommand):
    help = (
        "Compute the due times of all unresolved incidents again, after an upgrade that changes how they are computed. "
        "One transaction for each client; every change is recorded in the audit trail. A second run changes nothing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        clients, changed = clients_to_restamp(), 0
        with context(request_id=new_request_id()), progress_bar("restamping", len(clients)) as progress:
            for done, client_id in enumerate(clients, start=1):
                changed += execute("incident.restamp", actor=system_principal(), data={"client_id": client_id})
                progress(done)
        self.stdout.write(f"{changed} incidents of {len(clients)} clients changed")
