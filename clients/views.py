"""Clients, subscriptions and agreements over HTTP."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from clients.filters import AgreementFilters, ClientFilters, SubscriptionFilters
from clients.models import Client, SlaAgreement, Subscription
from clients.serializers import (
    AgreementOutput,
    ClientCalendar,
    ClientDetail,
    ClientManagers,
    ClientOutput,
    SubscriptionOutput,
)
from core.http.views import RecordViewSet, creates, updates, write
from core.operations.dispatch import Discovery
from core.operations.etag import etag_of
from core.reading.collections import CHOICES, Collection, related
from core.reading.discovery import READ
from core.reading.query import refuse_unknown
from core.schema import answers
from users.choices import VC


class ClientCollection(Collection):
    """Clients. Viewers who see only names may not filter by other fields: a filter would disclose hidden values."""

    names_only = ("id", "id__in", "name", "name__in", "cursor", "page", "page_size", *CHOICES)

    def filtered(self, user: Any, params: Mapping[str, str], within: Any = None) -> QuerySet[Any]:
        if user.role == VC:
            refuse_unknown(params, self.names_only)
        return super().filtered(user, params, within)


CLIENTS = ClientCollection(
    Client,
    ClientOutput,
    ClientFilters,
    label="name",
    search=("name", "registration_number", "contact_email"),
    ordering=("id", "created_at", "updated_at", "name"),
    detail=ClientDetail,
    numbered=True,
)
SUBSCRIPTIONS = Collection(
    Subscription,
    SubscriptionOutput,
    SubscriptionFilters,
    label="service_level_tier",
    label_columns=("product__product_name", "client__name"),
    search=("client__name", "product__product_name", "subscription_type", "service_level_tier"),
    relations=related("client", "product"),
    numbered=True,
)
AGREEMENTS = Collection(
    SlaAgreement,
    AgreementOutput,
    AgreementFilters,
    label="severity_level",
    label_columns=("subscription__product__product_name", "subscription__client__name"),
    search=("severity_level", "subscription__client__name", "subscription__product__product_name"),
    relations=related("subscription"),
    numbered=True,
)


class ClientViewSet(RecordViewSet):
    operations = {"read_account_managers": READ, "read_calendar": READ}

    collection = CLIENTS
    create = creates("client.create")
    partial_update = updates("client.update")
    account_managers = write("client.assign_managers", path="account-managers", method="put")
    calendar = write("client.set_calendar", path="calendar", method="put")

    @account_managers.mapping.get  # type: ignore[attr-defined,untyped-decorator]
    @answers(ClientManagers, versioned=True)
    def read_account_managers(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Read the account managers of a client."""
        return self._part("account_manager_ids", lambda user_ids: {"user_ids": user_ids})

    @calendar.mapping.get  # type: ignore[attr-defined,untyped-decorator]
    @answers(ClientCalendar, versioned=True)
    def read_calendar(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Read a client's business hours, by default the standard ones."""
        return self._part("calendar", dict)

    def _part(self, name: str, shown: Any) -> Response:
        """A part of the client's representation, under the client's own ETag."""
        pk = int(self.kwargs["pk"])

        def found() -> tuple[dict[str, Any], int] | None:
            body, version = self.collection.one(self.request.user, pk)
            return (body[name], version) if name in body else None

        def answer(part: Any, query: Any) -> Response:
            return Response({"client_id": pk, **shown(part[0])}, headers={"ETag": etag_of(part[1])})

        response: Response = self.read(
            answer, discovery=Discovery(self.collection.entity_type, pk, single=True), get_target=found
        )
        return response


class SubscriptionViewSet(RecordViewSet):
    collection = SUBSCRIPTIONS
    create = creates("subscription.create")
    partial_update = updates("subscription.update")


class AgreementViewSet(RecordViewSet):
    collection = AGREEMENTS
    create = creates("sla.create")
    partial_update = updates("sla.update")
    bulk = write("sla.create", path="bulk", shape="agreements", detail=False, code=status.HTTP_201_CREATED)

    def answer(self, result: Any, code: int = status.HTTP_200_OK) -> Response:
        """Agreements created together are returned together, in the order of the request."""
        if not isinstance(result, list):
            return super().answer(result, code)
        made = SlaAgreement.objects.filter(pk__in=[each.pk for each in result]).order_by("pk")
        rows = AgreementOutput.rows(made, self.request.user)
        return Response({"subscription_id": result[0].subscription_id, "agreements": rows}, status=code)
