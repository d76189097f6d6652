"""Entity types: the names under which records are referenced, and their models."""

from functools import cache
from typing import Any

from django.apps import apps

from core.errors import UndeclaredError
from core.models import Record


@cache
def models_by_type() -> dict[str, Any]:
    """Every model that has an entity type, by that type."""
    models: list[Any] = apps.get_models()
    return {model.entity_type: model for model in models if getattr(model, "entity_type", "")}


def model_of(entity_type: str) -> Any:
    """The model of an entity type. Raises UndeclaredError for an unknown type."""
    try:
        return models_by_type()[entity_type]
    except KeyError:
        raise UndeclaredError(f"no model has the entity type {entity_type}") from None


def find_readable(entity_type: str, pk: int | None, reader: Any) -> Any:
    """The referenced record if it exists and the reader may read it; None otherwise, without distinction."""
    model = models_by_type().get(entity_type)
    if model is None or pk is None or not issubclass(model, Record):
        return None
    return model.objects.visible_to(reader).filter(pk=pk).first()
