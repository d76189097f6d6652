"""What people write: ModelViewSet, ModelSerializer, a filter set, page numbers with a count, the audit trail by signal.

On the product's own tables, by plain models without its policy. Started by
`gunicorn benchmarks.peers.idiomatic:application`.
"""

import hashlib
import os
from datetime import timedelta
from typing import Any
from uuid import uuid4

os.environ["IMS_SERVING"] = "true"
os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.peers.idiomatic_settings"

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from django.db import models, transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from django.utils import timezone
from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import DefaultRouter
from rest_framework.viewsets import ModelViewSet

from audit.models import AuditEntry as ProductEntry
from clients.models import SlaAgreement
from incidents import models as product
from users.models import Token


def plain(model: Any) -> Any:
    """A model without behaviour on the table of another."""
    meta = type("Meta", (), {"managed": False, "db_table": model._meta.db_table, "app_label": "bench"})
    columns = {}
    for field in model._meta.concrete_fields:
        columns[field.name] = field.clone()
        if field.is_relation:
            columns[field.name].remote_field.related_name = "+"
    columns["open_key"] = models.CharField(max_length=160, default="") if "open_key" in columns else None
    return type(model.__name__, (models.Model,), {"Meta": meta, "__module__": __name__, **columns})


Incident, Note, AuditEntry = plain(product.Incident), plain(product.IncidentNote), plain(ProductEntry)


def log(user: Any, action: str, pk: int | None, **meta: Any) -> None:
    chain = {} if pk is None or action == "entity_discovery" else {"sequence": 1}
    AuditEntry.objects.create(
        created_at=timezone.now(),
        user_id=user.pk,
        action=action,
        operation="bench",
        origin="system" if chain else "discovery",
        reference_type="incident",
        reference_id=pk,
        meta=meta,
        hash=uuid4().hex,
        **chain,
    )


@receiver(post_save, sender=Incident)
def log_creation(instance: Any, created: bool, **_: Any) -> None:
    if created:
        log(instance.created_by, "create", instance.pk)


class Authentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Any, Any]:
        secret = request.headers["Authorization"].removeprefix("Token ")
        digest = hashlib.sha256(secret.encode()).hexdigest()
        token = Token.objects.select_related("user").filter(digest=digest).first()
        if token is None:
            raise AuthenticationFailed
        return token.user, token


class NoteSerializer(serializers.ModelSerializer[Any]):
    class Meta:
        model = Note
        fields = ("id", "body", "public", "created_at", "created_by")


def reference(name: str) -> Any:
    """The id of another record, under the product's name for it."""
    model = Incident._meta.get_field(name).related_model
    optional = (
        {"required": False, "allow_null": True} if name in ("component", "assigned_manager", "assigned_to") else {}
    )
    return serializers.PrimaryKeyRelatedField(source=name, queryset=model._base_manager.all(), **optional)


class IncidentSerializer(serializers.ModelSerializer[Any]):
    client_id, component_id, reporter_id = reference("client"), reference("component"), reference("reporter")
    assigned_manager_id, assigned_to_id = reference("assigned_manager"), reference("assigned_to")

    class Meta:
        model = Incident
        exclude = (
            *("client", "component", "reporter", "assigned_manager", "assigned_to"),
            *("imported_row", "affected_changed_at", "sla_history", "sla_elapsed", "sla_due_at", "sla_at_risk_at"),
        )
        read_only_fields = ("peak_severity", "open_key", "detected_at", "created_at", "updated_at", "created_by")
        extra_kwargs = {name: {"required": False} for name in ("updated_by", "severity_rule")}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        same = {name: attrs.get(name) for name in ("client", "component", "category")}
        if Incident.objects.filter(**same, status__in=("open", "in_progress", "escalated")).exists():
            raise ValidationError("There is an open incident for this.")
        return attrs


class DetailSerializer(IncidentSerializer):
    client_name = serializers.CharField(source="client.name")
    component_name = serializers.CharField(source="component.component_name")
    notes = serializers.SerializerMethodField()
    affected_client_ids = serializers.SerializerMethodField()

    def get_notes(self, incident: Any) -> Any:
        return NoteSerializer(Note.objects.filter(incident_id=incident.pk).order_by("-id")[:10], many=True).data

    def get_affected_client_ids(self, incident: Any) -> list[int]:
        affected = product.AffectedClient.objects.filter(incident_id=incident.pk)
        return [each.client_id for each in affected]


class Numbered(PageNumberPagination):
    page_size = 50


class IncidentViewSet(ModelViewSet[Any]):
    queryset = Incident.objects.order_by("-id")
    serializer_class = IncidentSerializer
    authentication_classes = [Authentication]
    permission_classes = [IsAuthenticated]
    pagination_class = Numbered
    filter_backends = [filters.DjangoFilterBackend]
    filterset_fields = ["status", "severity", "client", "component", "category", "assigned_manager"]

    def get_serializer_class(self) -> Any:
        return DetailSerializer if self.action == "retrieve" else IncidentSerializer

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer = super().list(request, *args, **kwargs)
        log(request.user, "entity_discovery", None, filters=dict(request.query_params.items()))
        return answer

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer = super().retrieve(request, *args, **kwargs)
        log(request.user, "entity_discovery", int(kwargs["pk"]))
        return answer

    def perform_create(self, serializer: Any) -> None:
        given, now = serializer.validated_data, timezone.now()
        agreement = SlaAgreement.objects.filter(
            subscription__client=given["client"],
            subscription__product=given["component"].product,
            severity_level=given["severity"],
            status="active",
        ).first()
        due = {}
        if agreement is not None:
            due = {
                "sla_agreement": agreement,
                "response_due_at": now + timedelta(minutes=agreement.response_time_minutes),
                "resolution_due_at": now + timedelta(hours=agreement.resolution_time_hours),
            }
        user = self.request.user
        stamps = {"created_at": now, "updated_at": now, "detected_at": now, "created_by": user, "updated_by": user}
        with transaction.atomic():
            serializer.save(
                **stamps, **due, open_key=uuid4().hex, peak_severity=given["severity"], severity_rule="stated"
            )


def healthy(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


router = DefaultRouter()
router.register("incidents", IncidentViewSet)
urlpatterns = [path("healthz", healthy), path("api/v1/", include(router.urls))]
