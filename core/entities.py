"""Entity types: the names under which records are referred to, and the models that hold them."""

from functools import cache
from typing import Any

from django.apps import apps

from core.errors import Undeclared


@cache
def models_by_type() -> dict[str, Any]:
    """Every model that has an entity type, by that type."""
    models: list[Any] = apps.get_models()
    return {model.entity_type: model for model in models if getattr(model, "entity_type", "")}


def model_of(entity_type: str) -> Any:
    """The model of an entity type. Raises Undeclared for a type that no model carries."""
    try:
        return models_by_type()[entity_type]
    except KeyError:
        raise Undeclared(f"no model has the entity type {entity_type}") from None
