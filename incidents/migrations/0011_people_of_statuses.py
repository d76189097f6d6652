"""People and codes follow from statuses: who resolved, closed or approved, and what a duplicate repeats.

What contradicts its status keeps a violation for each rule that it breaks.
"""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.models import F, Q

from core.sql.marking import marking

IMPORTED, MARKED = Q(imported_row__isnull=False), Q(imported_violations__isnull=False)
RESOLVER = Q(status__in=("open", "in_progress", "escalated"), resolved_by__isnull=True) | Q(
    status__in=("resolved", "closed"), resolved_by__isnull=False
)
CLOSER = Q(status="closed", closed_by__isnull=False) | (~Q(status="closed") & Q(closed_by__isnull=True))
CLOSED_BY_ANOTHER = (
    Q(closed_by__isnull=True)
    | Q(severity_rested_on_facts=True, peak_severity__gt="P1")
    | (~Q(closed_by=F("created_by")) & ~Q(closed_by=F("reporter")))
)
DUPLICATE = Q(resolution_code="duplicate", duplicate_of__isnull=False) | (
    ~Q(resolution_code="duplicate") & Q(duplicate_of__isnull=True)
)
STATED = Q(mitigation_stated=False) | ~Q(resolution_code="")
APPROVER = ~Q(status="approved") | Q(reviewed_by__isnull=False, approved_at__isnull=False)

# The model, the constraint, the violated rule, its detail and the condition.
RULES = (
    ("incident", "incident_resolver_known", "resolver_known", "resolved_by: contradicts status", RESOLVER),
    ("incident", "incident_closer_known", "closer_known", "closed_by: contradicts status", CLOSER),
    (
        "incident",
        "incident_guarded_closed_by_another",
        "closed_by_another",
        "closed_by: an initiator of the incident",
        CLOSED_BY_ANOTHER,
    ),
    (
        "incident",
        "incident_duplicate_named",
        "duplicate_named",
        "duplicate_of: contradicts resolution_code",
        DUPLICATE,
    ),
    (
        "incident",
        "incident_mitigation_stated_by_code",
        "mitigation_stated_by_code",
        "resolution_code: missing",
        STATED,
    ),
    ("rootcauseanalysis", "rca_approver_known", "approver_known", "reviewed_by: contradicts status", APPROVER),
)


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("incidents", "0010_times_of_statuses")]

    operations: ClassVar[list[Operation]] = [
        *(
            migrations.RunPython(*marking("incidents", model, rule, detail, IMPORTED | fits))
            for model, _, rule, detail, fits in RULES
        ),
        *(
            migrations.AddConstraint(
                model, models.CheckConstraint(condition=IMPORTED | MARKED | fits, name=constraint)
            )
            for model, constraint, _, _, fits in RULES
        ),
    ]
