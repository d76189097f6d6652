"""Compiled queries return the same results as their querysets."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F, Max
from django.db.transaction import TransactionManagementError
from psycopg import postgres
from psycopg.pq import Format

from clients.models import Client, Subscription
from core.errors import UndeclaredError
from core.reading.pagination import _compiled_rows
from core.sql.compiled import CompiledQuery
from core.sql.lookups import FEW, by_ids, first_row, locked, rows_of
from core.sql.timestamps import UtcLoader
from incidents.models import Incident
from tests.api import capture, statements
from tests.clients.factories import ClientFactory, SubscriptionFactory
from tests.incidents.factories import IncidentFactory, NoteFactory
from tests.users.factories import UserFactory
from users.choices import CC, IM
from users.models import User

pytestmark = pytest.mark.django_db

COLUMNS = ("id", "title", "classification", "detected_at", "is_recurring", "client__name")


class TestKept:
    def test_records_come_as_the_queryset_gives_them(self):
        wanted, other = UserFactory(), UserFactory()
        kept = CompiledQuery(lambda pk: User.objects.filter(pk=pk), int)
        for each in (wanted, other):
            (found,) = kept(each.pk)
            usual = User.objects.get(pk=each.pk)
            assert found == each
            assert _plain(found) == _plain(usual)
            assert not found.changes()
        assert kept(0) == list(User.objects.filter(pk=0))
        assert kept(2**63 - 1) == []

    def test_joined_records_come_along(self):
        subscription = SubscriptionFactory()
        kept = CompiledQuery(lambda pk: Subscription.objects.select_related("client", "product").filter(pk=pk), int)
        with capture() as queries:
            found = kept.first(subscription.pk)
            assert (found.client, found.product) == (subscription.client, subscription.product)
        assert len(statements(queries)) == 1

    def test_rows_and_single_values_come_in_the_form_of_the_queryset(self):
        ours, theirs = ClientFactory(name="Ours"), ClientFactory(name="Theirs")
        rows = CompiledQuery(lambda name: Client.objects.filter(name=name).values("id", "name"), str)
        values = CompiledQuery(
            lambda least: Client.objects.filter(pk__gte=least).order_by("-pk").values_list("pk", flat=True), int
        )
        assert rows("Theirs") == [{"id": theirs.pk, "name": "Theirs"}]
        assert rows("Nobody's") == []
        assert values(ours.pk) == [theirs.pk, ours.pk]

    def test_database_specific_values_are_converted(self):
        moment = datetime(2025, 3, 4, 5, 6, 7, 890123, tzinfo=UTC)
        incident = IncidentFactory(classification={"localized": True}, detected_at=moment)
        found = CompiledQuery(lambda pk: Incident.objects.filter(pk=pk).values(*COLUMNS), int).first(incident.pk)
        assert found == Incident.objects.values(*COLUMNS).get(pk=incident.pk)
        assert (found["detected_at"], found["classification"]) == (moment, {"localized": True})

    def test_dates_are_values_too(self):
        SubscriptionFactory(start_date=date(2024, 5, 1))
        kept = CompiledQuery(lambda day: Subscription.objects.filter(start_date__lte=day), date)
        assert [len(kept(date(2024, 5, 1) + timedelta(days=days))) for days in (-1, 0, 1)] == [0, 1, 1]

    def test_a_value_may_occur_twice_in_a_query(self):
        client = ClientFactory(name="Twice")
        either = CompiledQuery(
            lambda name: Client.objects.filter(name=name) | Client.objects.filter(contact_email=name), str
        )
        assert either("Twice") == either(client.contact_email) == [client]

    @pytest.mark.parametrize(
        "queryset",
        [
            pytest.param(lambda value: Client.objects.all(), id="the value is not asked for"),
            pytest.param(lambda value: Client.objects.filter(name=f"x{value}"), id="the value is altered"),
            pytest.param(
                lambda value: Client.objects.filter(name=value) | Client.objects.filter(name__icontains=value),
                id="the value is also transformed",
            ),
            pytest.param(lambda value: Client.objects.filter(name=value).values_list("pk", "name"), id="tuples"),
            pytest.param(
                lambda value: Client.objects.filter(name=value).annotate(more=F("pk")), id="annotated records"
            ),
            pytest.param(lambda value: Client.objects.filter(name=value).prefetch_related("contacts"), id="prefetched"),
            pytest.param(
                lambda value: Client.objects.filter(name=value).order_by(F("pk") + 1).distinct(), id="hidden ordering"
            ),
        ],
    )
    def test_a_query_that_cannot_be_compiled_raises(self, queryset):
        with pytest.raises(UndeclaredError, match="queryset of Client cannot be compiled"):
            CompiledQuery(queryset, str)("anything")


class TestRows:
    def test_one_row_is_that_of_the_queryset(self):
        incident = IncidentFactory()
        assert first_row(Incident.objects.all(), incident.pk, COLUMNS) == Incident.objects.values(*COLUMNS).get()
        assert first_row(Incident.objects.all(), incident.pk + 1, COLUMNS) is None

    @pytest.mark.parametrize("narrowed", [lambda found: found.none(), lambda found: found.filter(title="another")])
    def test_a_filtered_queryset_is_respected(self, narrowed):
        incident = IncidentFactory()
        found = narrowed(Incident.objects.all())
        assert first_row(found, incident.pk, COLUMNS) is None
        assert by_ids(found, [incident.pk]) == []
        assert list(rows_of(found, COLUMNS)) == []

    def test_each_caller_finds_their_own(self):
        """A query compiled for staff must not serve callers with a smaller scope."""
        ours, theirs = IncidentFactory(), IncidentFactory()
        contact, staff = UserFactory(role=CC, client=ours.client), UserFactory()
        for user, seen in ((staff, {ours.pk, theirs.pk}), (contact, {ours.pk})):
            scope = Incident.objects.visible_to(user)
            assert {each.pk for each in by_ids(scope, [ours.pk, theirs.pk])} == seen
            assert {row["id"] for row in rows_of(scope, COLUMNS)} == seen
            assert (first_row(scope, theirs.pk, COLUMNS) is not None) == (theirs.pk in seen)

    @pytest.mark.parametrize("count", [0, 1, FEW, FEW + 1])
    def test_any_number_of_ids_needs_at_most_one_query(self, count):
        pks = [UserFactory().pk for _ in range(count)]
        by_ids(User.objects.all(), pks)
        with capture() as queries:
            found = by_ids(User.objects.all(), pks)
        assert sorted(each.pk for each in found) == pks
        assert len(statements(queries)) == min(count, 1)

    def test_rows_can_be_filtered_ordered_and_sliced_like_any_queryset(self):
        pks = [IncidentFactory(severity=severity).pk for severity in ("P1", "P2", "P1", "P1")]
        found = rows_of(Incident.objects.filter(severity="P1"), COLUMNS)
        usual = Incident.objects.filter(severity="P1").values(*COLUMNS)
        assert list(found.order_by("-id")[:2]) == list(usual.order_by("-id")[:2])
        assert [row["id"] for row in found.filter(pk__gt=pks[0]).order_by("id")] == [pks[2], pks[3]]

    def test_other_questions_to_the_same_queryset_do_not_spoil_it(self):
        """The columns of a count must not affect later queries."""
        client = ClientFactory()
        for ask in (
            lambda found: found.count() == 1,
            lambda found: found.exists(),
            lambda found: found.aggregate(last=Max("pk")) == {"last": client.pk},
            lambda found: Client.objects.filter(pk__in=found.values("pk")).count() == 1,
        ):
            assert ask(rows_of(Client.objects.all(), ("id", "name")))
            assert list(rows_of(Client.objects.all(), ("id", "name"))) == [{"id": client.pk, "name": client.name}]

    def test_querysets_of_other_shapes_keep_theirs(self):
        note = NoteFactory()
        NoteFactory()
        joined = type(note).objects.filter(incident__title=note.incident.title)
        assert list(rows_of(joined, ["id"])) == [{"id": note.pk}]
        both = Client.objects.order_by().filter(pk=note.incident.client_id)
        both = both.union(Client.objects.order_by().filter(name="nobody"))
        assert list(rows_of(both, ["id"])) == [{"id": note.incident.client_id}]


class TestFirstPages:
    """The first page of a common query uses cached SQL and must equal the uncached result."""

    def test_each_query_returns_its_own_result_every_time(self, api):
        p1, p3 = IncidentFactory(severity="P1").pk, IncidentFactory(severity="P3").pk
        caller = api(IM)
        for _ in range(2):
            assert _ids(caller.get("/incidents/")) == [p3, p1]
            assert _ids(caller.get("/incidents/?severity=P1")) == [p1]
            assert _ids(caller.get("/incidents/?severity=P3")) == [p3]
            assert _ids(caller.get("/incidents/?severity__in=P1,P3&ordering=id")) == [p1, p3]
            assert _ids(caller.get("/incidents/?page_size=1")) == [p3]
            assert _ids(caller.get("/incidents/?severity=P1&fields=title")) == [p1]
        newer = IncidentFactory(severity="P1").pk
        assert _ids(caller.get("/incidents/?severity=P1")) == [newer, p1]

    def test_the_pages_that_follow_and_precede_are_those_of_any_list(self, api):
        pks = [IncidentFactory().pk for _ in range(5)]
        caller = api(IM)
        first = caller.get("/incidents/?page_size=2&status=open", expect=200).json()
        second = caller.get(first["next"], expect=200).json()
        assert [row["id"] for row in (*first["results"], *second["results"])] == pks[:0:-1]
        assert first["previous"] is None
        assert caller.get(second["previous"], expect=200).json()["results"] == first["results"]
        whole = caller.get("/incidents/?page_size=5&status=open").json()
        assert (whole["next"], len(whole["results"])) == (None, 5)

    def test_those_who_do_not_read_everything_are_asked_about_their_own(self, api):
        ours, theirs = IncidentFactory(), IncidentFactory()
        contact = UserFactory(role=CC, client=ours.client)
        assert _ids(api(IM).get("/incidents/?status=open")) == [theirs.pk, ours.pk]
        shown = api(contact).get("/incidents/?status=open", expect=200)
        assert _ids(shown) == [ours.pk]
        assert "severity_rule" not in shown.json()["results"][0]
        assert _ids(api(IM).get("/incidents/?status=open")) == [theirs.pk, ours.pk]

    @pytest.mark.parametrize("query", ["severity=P9", "severity__in=P1,P9", "severity=P1&ordering=title", "nonsense=1"])
    def test_a_refused_query_is_refused_every_time(self, api, query):
        for caller in (api(IM), api(IM), api(CC)):
            caller.get(f"/incidents/?{query}", expect=400, code="invalid_filter")

    def test_refused_queries_do_not_fill_the_cache(self, api):
        caller = api(IM)
        caller.get("/incidents/?category=network_issue", expect=200)
        before = _compiled_rows.cache_info().currsize
        for number in range(3):
            caller.get(f"/incidents/?category=made_up_{number}", expect=400)
        assert _compiled_rows.cache_info().currsize == before

    def test_it_costs_as_many_statements_as_any_list(self, api):
        caller = api(IM)
        caller.get("/incidents/?category=api_error", expect=200)
        with capture() as queries:
            caller.get("/incidents/?category=api_error", expect=200)
        assert len(statements(queries)) == 3  # the token, the list, the entry in the trail


def _ids(response: Any) -> list[int]:
    return [row["id"] for row in response.json()["results"]]


@pytest.mark.usefixtures("committed")
def test_nothing_is_locked_outside_a_transaction():
    client = ClientFactory()
    for _ in range(2):
        with pytest.raises(TransactionManagementError):
            locked(Client.objects.all(), client.pk)
        with transaction.atomic():
            assert locked(Client.objects.all(), client.pk) == client
            assert locked(Client.objects.filter(name=client.name), client.pk) == client
            assert locked(Client.objects.none(), client.pk) is None


def test_inserts_with_and_without_an_id_equal_the_saved_record():
    made = ClientFactory(name="Without")
    given = ClientFactory(id=made.pk + 1_000, name="With")
    for each in (made, given):
        assert _plain(Client.objects.get(pk=each.pk)) == _plain(each)


def test_times_are_read_by_the_quick_parser_and_the_same():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite keeps times as text, which Django reads")
    times = [
        "2025-03-04 05:06:07.5+00",
        "2025-03-04 05:06:07+00",
        "0001-01-01 00:00:00+00",
        "9999-12-31 23:59:59.999999+00",
    ]
    with connection.cursor() as cursor:
        assert cursor.connection.adapters.get_loader(postgres.types["timestamptz"].oid, Format.TEXT) is UtcLoader
        for text in times:
            cursor.execute("SELECT %s::timestamptz", [text])
            (found,) = cursor.fetchone()
            assert (found, found.tzinfo) == (datetime.fromisoformat(text), UTC)
        cursor.execute("SELECT '2025-03-04 05:06:07+02'::timestamptz, NULL::timestamptz")
        assert cursor.fetchone() == (datetime(2025, 3, 4, 3, 6, 7, tzinfo=UTC), None)
        cursor.execute("SELECT 'infinity'::timestamptz")
        with pytest.raises(Exception, match=r"infinity|too large"):
            cursor.fetchone()


def _plain(record: Any) -> dict[str, Any]:
    return {field.attname: getattr(record, field.attname) for field in record._meta.concrete_fields}
