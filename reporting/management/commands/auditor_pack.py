"""`manage.py auditor_pack INCIDENT --out FILE.zip`: everything about one incident, for an auditor."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.context import context, new_request_id
from core.errors import Refusal
from core.operations.dispatch import execute
from core.operations.fields import MAX_ID
from incidents.codes import id_of_code
from incidents.models import Incident
from users.system import system_principal


class Command(BaseCommand):
    help = "Pack the compliance report, timeline, approvals, SLA arithmetic and audit entries of one incident."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("incident", help="the incident's id or its code (INC-00000012)")
        parser.add_argument("--out", type=Path, required=True, help="the zip file to write; it must not exist")

    def handle(self, *args: Any, incident: str, out: Path, **options: Any) -> None:
        pk = id_of_code(incident) or (int(incident) if incident.isdecimal() else MAX_ID)
        found = Incident.objects.filter(pk=min(pk, MAX_ID)).first()
        if found is None:
            raise CommandError(f"no incident {incident} exists")
        try:
            with out.open("xb") as file, context(request_id=new_request_id()):
                file.write(execute("report.auditor_pack", actor=system_principal(), data={"incident": found}))
        except Refusal as refusal:
            out.unlink(missing_ok=True)
            raise CommandError(refusal.detail) from refusal
        except OSError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{found.incident_code}: {out}")
