"""The start of a process of a parallel verification; imported before Django is set up there."""

from typing import Any


def connect(settings: dict[str, Any]) -> None:
    """Set up Django with the database of the process that asked for this one."""
    import django  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415 - after the set-up

    django.setup()
    connection.settings_dict.update(settings)
