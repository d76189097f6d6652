"""Conveniences for the generated client: login, refusals as exceptions, pagination, tables, safe retries.

    ims = login("https://ims.example.org", "eva@example.org", "nine quiet lanterns drift")
    incident = answer(incidents_retrieve.sync(7, client=ims))

Every operation of the API is a module of `ims_client.api.<tag>`, with `sync` and `asyncio`, and `sync_detailed` and
`asyncio_detailed` for responses with headers.
"""

from ims_sdk.answers import Refused, answer
from ims_sdk.files import download, table
from ims_sdk.pages import every, follow
from ims_sdk.people import anonymous, connect, login
from ims_sdk.retries import safely

__all__ = ["Refused", "anonymous", "answer", "connect", "download", "every", "follow", "login", "safely", "table"]
