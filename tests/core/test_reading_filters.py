"""Filters: every listed field has a filter that finds its value."""

from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import django_filters
import pytest
import time_machine
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from core.reading.collections import collections
from core.reading.filters import Choice
from core.reading.serializers import column_of
from incidents.codes import incident_code
from tests.api import fields
from tests.architecture.targets import make
from tests.incidents.factories import IncidentFactory
from tests.knowledge.factories import ArticleFactory
from tests.products.factories import ProductFactory
from tests.reporting.factories import MetricFactory
from tests.users.factories import UserFactory
from users.choices import CC, EX, IM
from users.models import TokenUse

pytestmark = pytest.mark.django_db

# Free texts are searched, not matched; lists and objects have no order and no short form.
LONG = (models.TextField, models.JSONField)
RANGED = (models.DateField, models.IntegerField, models.DecimalField, models.FloatField)
# Names of a list that no filter answers for, and why.
UNASKED = {
    ("audit_entry", "address"): "shown to administrators and executives only, so nobody may guess it by a filter",
    ("audit_entry", "source_seal"): "the digest of the address",
    ("kb_article", "snippet"): "an excerpt, made for the search that found it",
    ("subscription", "recovery_objectives"): "an object",
}
# A calculated boolean has only two values: a list of both excludes nothing.
RECKONED = {("metric", "derivable"), ("metric", "target_met"), ("approval", "expired")}


def column(collection, name) -> Any:
    """The column that a name shows; None if it is calculated."""
    try:
        return column_of(collection.model, getattr(collection.output.Meta, "joined", {}).get(name, name))[0]
    except FieldDoesNotExist:
        return None


def lookups(collection, name) -> set[str]:
    """The filter value for a field."""
    shown = column(collection, name)
    if isinstance(shown, LONG) or (collection.entity_type, name) in UNASKED:
        return set()
    if (collection.entity_type, name) in RECKONED:
        return {name}
    counted = name == "view_count" or isinstance(shown, RANGED)
    is_id = name == "id" or isinstance(shown, models.AutoField) or name.endswith("_id")
    return {name, f"{name}__in", *((f"{name}__gte", f"{name}__lte") if counted and not is_id else ())}


@pytest.mark.parametrize("collection", collections.values(), ids=collections)
def test_every_short_field_of_a_list_has_its_filters(collection):
    wanted = {each for name in collection.output.Meta.fields for each in lookups(collection, name)}

    assert wanted <= set(collection.known_filters())


def test_exceptions_exist_and_have_no_filter():
    for entity_type, name in UNASKED:
        assert name in collections[entity_type].output.Meta.fields
        assert name not in collections[entity_type].known_filters()
    for entity_type, name in RECKONED:
        filters = collections[entity_type].filters.base_filters
        assert isinstance(filters[name], django_filters.BooleanFilter)


def spelled(value) -> str:
    """A value as JSON spells it in an answer."""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime | date) else str(value)


@pytest.mark.parametrize("entity_type", sorted(collections))
def test_every_listed_value_finds_its_record(entity_type):
    collection, record = collections[entity_type], make(entity_type)
    reader = record.user if entity_type in ("token", "session") else UserFactory(role=EX)
    row = next(iter(collection.by_id(reader, [record.pk]).values()))
    shown = {name: value for name, value in row.items() if isinstance(value, str | int | Decimal | date)}
    asked = {
        (name, lookup): spelled(shown[name]).replace(",", " ")
        for name in shown
        for lookup in lookups(collection, name)
        if shown[name] != ""
    }
    assert asked
    for (name, lookup), text in asked.items():
        found = collection.filtered(reader, {lookup: text}).values_list("pk", flat=True)
        assert list(found).count(record.pk) == 1, (name, lookup, text)


def ids(caller, path) -> list[int]:
    return [row["id"] for row in caller.get(path, expect=200).json()["results"]]


def test_views_are_counted_as_they_are_shown(api):
    old, new, unread = (ArticleFactory(earlier_views=earlier) for earlier in (5, 1, 0))
    caller = api(IM)
    for article in (old, new, new, new):
        caller.get(f"/knowledge-articles/{article.pk}/", expect=200)

    for asked, found in (
        ("view_count=6", [old]),
        ("view_count=0", [unread]),
        ("view_count__in=0,4", [unread, new]),
        ("view_count__gte=4&view_count__lte=5", [new]),
        ("view_count__gte=1&search=article", [new, old]),
    ):
        assert sorted(ids(caller, f"/knowledge-articles/?{asked}")) == sorted(each.pk for each in found)
    refused = caller.get("/knowledge-articles/?view_count=many", expect=400, code="invalid_filter")
    assert fields(refused) == {"view_count"}


TARGETS = [
    ("mean_time_to_detect", 10, 10, True),
    ("mean_time_to_detect", 10, 9, False),
    ("mean_time_between_failures", 10, 9, True),
    ("mean_time_between_failures", 9, 10, False),
    ("mean_time_to_detect", 10, None, None),
]


def test_metrics_are_asked_whether_they_met_their_target(api):
    incident = MetricFactory(target_minutes=None).incident
    made = [
        MetricFactory(incident=incident, metric_type=kind, calculated_value_minutes=value, target_minutes=target)
        for kind, value, target, _ in TARGETS
    ]
    caller = api(IM)

    shown = {row["id"]: row["target_met"] for row in caller.get("/metrics/", expect=200).json()["results"]}
    assert [shown[each.pk] for each in made] == [met for *_, met in TARGETS]
    for met in (True, False):
        expected = {pk for pk, told in shown.items() if told is met}
        assert set(ids(caller, f"/metrics/?target_met={spelled(met)}")) == expected


def test_metrics_are_asked_whether_they_could_be_derived(api):
    stated, derived = MetricFactory(), MetricFactory(derived_value=12, matches=True)
    caller = api(IM)

    assert ids(caller, "/metrics/?derivable=true") == [derived.pk]
    assert ids(caller, "/metrics/?derivable=false") == [stated.pk]


def test_incidents_are_found_by_several_codes(api):
    first, second, _ = (IncidentFactory() for _ in range(3))
    codes = ",".join(incident_code(each.pk) for each in (first, second))

    assert ids(api(IM), f"/incidents/?incident_code__in={codes}") == [second.pk, first.pk]
    refused = api(IM).get(f"/incidents/?incident_code__in={codes},7", expect=400, code="invalid_filter")
    assert fields(refused) == {"incident_code__in"}


def test_names_that_are_joined_answer_for_their_column(api):
    caller = api(EX)
    caller.get("/me/", expect=200)
    used = TokenUse.objects.get(token__user=caller.user).last_used_at
    ProductFactory(version_label="6")
    product = ProductFactory(version_label="7")

    assert len(ids(caller, f"/auth/tokens/?last_used_at__gte={spelled(used)}&last_used_at__lte={spelled(used)}")) == 1
    assert ids(caller, "/auth/tokens/?last_used_at__lte=2020-01-01T00:00:00Z") == []
    assert ids(caller, "/products/?version__in=7,8") == [product.pk]
    for unknown in ("version_label", "use__last_used_at", "change_request_id"):
        caller.get(f"/products/?{unknown}=7", expect=400, code="invalid_filter")


def test_times_are_found_by_several(api):
    moments = ["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"]
    made = []
    for moment in moments:
        with time_machine.travel(moment, tick=False):
            made.append(ProductFactory().pk)

    assert ids(api(EX), f"/products/?created_at__in={moments[0]},2026-03-01T01:00:00%2B01:00") == [made[2], made[0]]
    refused = api(EX).get(f"/products/?created_at__in={moments[0]},soon", expect=400, code="invalid_filter")
    assert fields(refused) == {"created_at__in"}


def test_the_digest_of_a_report_is_asked_by_who_sees_it():
    reports = collections["incident_report"]

    assert "digest" in reports.filters_for(SimpleNamespace(role=EX))
    assert not {"digest", "digest__in"} & set(reports.filters_for(SimpleNamespace(role=CC)))


class TestSpelledValues:
    """Enumeration values are inlined into the SQL, so that rare and common values get different plans."""

    @pytest.mark.parametrize(
        ("asked", "spelled"),
        [
            ({"status": "open"}, ["'open'"]),
            ({"status__in": "open,escalated", "severity": "P1"}, ["'open'", "'escalated'", "'P1'"]),
        ],
    )
    def test_a_choice_is_part_of_the_statement(self, asked, spelled):
        sql, params = collections["incident"].filtered(UserFactory.build(role=IM), asked).query.sql_with_params()
        assert all(each in sql for each in spelled)
        assert params == ()

    def test_invented_parameters_are_never_cached(self, api):
        sql, params = (
            collections["incident"].filtered(UserFactory.build(role=IM), {"title": "x'--"}).query.sql_with_params()
        )
        assert "x'--" not in sql
        assert params == ("x'--",)
        api(IM).get("/incidents/?status=open'--", expect=400, code="invalid_filter")
        api(IM).get("/incidents/?status__in=open,x%27--", expect=400, code="invalid_filter")

    @pytest.mark.parametrize("value", ["it's", "100%", "%s", "a\\b"])
    def test_any_value_could_be_spelled(self, value):
        article = ArticleFactory(title=value)
        ArticleFactory(title="another")
        assert list(type(article).objects.filter(title=Choice(value), pk__gt=0)) == [article]
