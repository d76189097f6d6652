"""Looking at a page writes nothing but its entry in the trail."""

from typing import Any

from django.apps import apps
from django.db.models import Max

from audit.models import AuditEntry
from tests.console.kinds import kinds_of_pages, lists
from tests.console.world import browser
from tests.users.factories import UserFactory
from users.choices import IM


def state() -> dict[str, Any]:
    """How many rows each table has, and the newest of its rows; the trail without its reads."""
    found = {}
    for model in apps.get_models():
        rows = model._default_manager.order_by()
        if model is AuditEntry:
            rows = rows.exclude(action="entity_discovery")
        found[model._meta.label] = (rows.count(), rows.aggregate(newest=Max("pk"))["newest"], _changed(model, rows))
    return found


def _changed(model: Any, rows: Any) -> Any:
    versioned = any(field.name == "version" for field in model._meta.concrete_fields)
    return rows.aggregate(newest=Max("updated_at"), version=Max("version")) if versioned else None


def test_no_page_writes_anything_but_that_it_was_read(db: None) -> None:
    manager = UserFactory(role=IM)
    pages, visitor = kinds_of_pages(manager) | lists(), browser(manager)
    visitor.get("/console/")
    before, read = state(), AuditEntry.objects.filter(action="entity_discovery").count()
    for address in pages.values():
        visitor.get(address)

    assert state() == before
    assert AuditEntry.objects.filter(action="entity_discovery").count() > read
