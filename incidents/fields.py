"""The key by which the database recognises a second open incident for the same thing."""

import hashlib
from typing import Any

from django.db import models

from core.fields import FoldedKey, fold


class OpenKey(FoldedKey):
    """Client, component and category; without a component, client, category and folded title.

    The title enters as a digest, so that no length of title outgrows the column.
    """

    def __init__(self, source: str = "title", **options: Any) -> None:
        super().__init__(source, **{"max_length": 160, **options})

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = open_key_of(model_instance)
        setattr(model_instance, self.attname, value)
        return value


def open_key_of(incident: Any) -> str:
    if incident.component_id is not None:
        return f"{incident.client_id}/{incident.component_id}/{incident.category}"
    title = hashlib.sha256(fold(incident.title).encode()).hexdigest()
    return f"{incident.client_id}//{incident.category}/{title}"
