"""The health checks of load balancers and containers."""

from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from prometheus_client import REGISTRY

from audit import partitions
from ims import health


@pytest.fixture
def broken_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any) -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(MigrationRecorder, "applied_migrations", fail)


def test_the_liveness_check_does_not_use_the_database(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "alive"})
    assert "no-cache" in response["Cache-Control"]


@pytest.mark.django_db
def test_a_migrated_database_makes_the_server_ready(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.json()["status"]) == (200, "ready")


@pytest.mark.django_db
def test_readiness_and_metrics_state_the_headroom_of_the_trail(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PROOF_HOLDS", 0)
    left = client.get("/readyz").json().get("audit_headroom")
    if connection.vendor != "postgresql":
        assert left is None
        return
    assert left >= partitions.AHEAD * partitions.LEAF_SIZE
    measured = REGISTRY.get_sample_value("ims_audit_headroom")
    assert measured == left


@pytest.mark.django_db
def test_a_missing_migration_is_named_and_keeps_the_server_out(client: Client) -> None:
    last = max(name for app, name in MigrationRecorder(connection).applied_migrations() if app == "vendors")
    MigrationRecorder(connection).record_unapplied("vendors", last)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"
    assert [item["code"] for item in response.json()["errors"]] == ["migration_missing"]
    assert f"vendors.{last}" in response.json()["errors"][0]["detail"]


@pytest.mark.usefixtures("broken_database")
def test_an_unreachable_database_makes_the_server_not_ready_but_alive(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.json()["code"]) == (503, "database_unavailable")
    assert int(response["Retry-After"]) > 0
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_only_read(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


def test_health_is_asked_by_address_and_without_encryption_in_production(client: Client, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = [host for host in settings.ALLOWED_HOSTS if host != "testserver"]
    assert client.get("/healthz", headers={"host": "127.0.0.1:8000"}).status_code == 200
    assert client.get("/console/", headers={"host": "127.0.0.1:8000"}).status_code == 301
