"""The result of an analytics query, with at most seven statements."""

from typing import Any

from django.db.models import QuerySet

from clients.models import Client
from products.models import Product
from reporting.analytics.choices import GroupBy
from reporting.analytics.events import SUBJECTS, counted_for, sums_by_interval, sums_of_stretch
from reporting.analytics.failures import failures_of
from reporting.analytics.figures import groups_of
from reporting.analytics.question import AnalyticsQuery
from users.choices import CC

# Groupings by record, with the path of the record's name.
NAMED = {GroupBy.CLIENT: (Client, "name"), GroupBy.PRODUCT: (Product, "product_name")}


def analyse(question: AnalyticsQuery, viewer: Any) -> dict[str, Any]:
    """The requested figures over the viewer's incidents. Raises Refusal."""
    incidents = counted_for(viewer)
    sums = sums_by_interval(incidents, question), sums_of_stretch(incidents, question)
    groups = groups_of(question, *sums, judged=viewer.is_internal or viewer.role == CC)
    labels = _labels(incidents, question, viewer)
    return {
        "from": question.start,
        "to": question.end,
        "interval": question.interval,
        "group_by": question.group_by,
        "groups": [{"key": each["key"], "label": _label(each["key"], question, labels), **each} for each in groups],
        "mtbf": failures_of(incidents, question, viewer),
    }


def _labels(incidents: QuerySet[Any], question: AnalyticsQuery, viewer: Any) -> dict[int, str]:
    """The names of groups that are records, within the viewer's scope."""
    if question.group_by not in NAMED:
        return {}
    model, name = NAMED[question.group_by]
    concerned = incidents.order_by().values(SUBJECTS[question.group_by])
    return dict(model.objects.visible_to(viewer).filter(pk__in=concerned).values_list("pk", name))


def _label(key: Any, question: AnalyticsQuery, labels: dict[int, str]) -> str | None:
    return labels.get(key) if question.group_by in NAMED else key
