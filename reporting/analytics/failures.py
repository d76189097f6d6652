"""The mean time between failures of components and of products, in one statement each."""

from typing import Any

from django.db.models import Count, Max, Min, QuerySet

from products.models import Component, Product
from reporting.analytics.functions import Minutes
from reporting.analytics.question import AnalyticsQuery

# Failing records: the name of the list → (model, name column, the incident's column).
SUBJECTS = {
    "components": (Component, "component_name", "component_id"),
    "products": (Product, "product_name", "component__product_id"),
}


def failures_of(incidents: QuerySet[Any], question: AnalyticsQuery, viewer: Any) -> dict[str, list[dict[str, Any]]]:
    """Records with at least two failures in the period, most frequent first.

    The name is null if the viewer may not read the record.
    """
    within = incidents.filter(detected_at__gte=question.start, detected_at__lt=question.end).order_by()
    return {name: _failures(within, viewer, *subject) for name, subject in SUBJECTS.items()}


def _failures(within: QuerySet[Any], viewer: Any, model: Any, label: str, column: str) -> list[dict[str, Any]]:
    failed = (
        within.filter(**{f"{column}__isnull": False})
        .values(column)
        .annotate(number=Count("id"), span=Minutes(Min("detected_at"), Max("detected_at")))
        .filter(number__gt=1)
    )
    labels = dict(model.objects.visible_to(viewer).filter(pk__in=failed.values(column)).values_list("pk", label))
    found = [
        {
            "id": row[column],
            "label": labels.get(row[column]),
            "incidents": row["number"],
            "mtbf": round(row["span"] / (row["number"] - 1), 2),
        }
        for row in failed
    ]
    return sorted(found, key=lambda each: (each["mtbf"], each["id"]))
