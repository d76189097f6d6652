"""The world of Argus, run in its own environment: `python -m argus_world FILE INCIDENTS` fills a migrated database.

As many incidents as in the world of the product, as many of them open, with the start event and two of the 500 × 20
tags that an incident has in Argus instead of a client and a component. The file gets what those who ask have to know.
"""

import json
import sys
from pathlib import Path

import django

django.setup()

from argus.auth.models import User
from argus.incident.models import SourceSystem, SourceSystemType, Tag
from django.db import connection
from rest_framework.authtoken.models import Token

OPEN_ONE_IN, CLIENTS, COMPONENTS, LEVEL = 20, 500, 20, 3
INCIDENTS = """
INSERT INTO argus_incident_incident
    (start_time, end_time, source_id, source_incident_id, details_url, description, level, ticket_url, search_text,
     metadata)
SELECT timestamptz '2025-01-01' + n * interval '5 minutes',
       CASE WHEN n %% %(open)s = 0 THEN 'infinity' ELSE timestamptz '2025-01-02' + n * interval '5 minutes' END,
       %(source)s, 'bench-' || n, '', 'Card payments are declined.', 1 + n / %(open)s %% 4, '', 'Payments fail', '{}'
FROM generate_series(1, %(incidents)s) n
"""
EVENTS = """
INSERT INTO argus_incident_event (incident_id, actor_id, timestamp, received, type, description)
SELECT id, %(actor)s, start_time, start_time, 'STA', '' FROM argus_incident_incident
"""
TAGGED = """
INSERT INTO argus_incident_incidenttagrelation (tag_id, incident_id, added_by_id, added_time)
SELECT %(first)s + id %% %(tags)s, id, %(actor)s, start_time FROM argus_incident_incident
"""


def populate(incidents: int) -> dict[str, object]:
    user = User.objects.create_user(username="bench", password=None)
    kind = SourceSystemType.objects.create(name="bench")
    source = SourceSystem.objects.create(name="bench", type=kind, user=user)
    firsts = {
        key: Tag.objects.bulk_create([Tag(key=key, value=f"{key}{n}") for n in range(count)])[0].pk
        for key, count in (("client", CLIENTS), ("component", COMPONENTS))
    }
    with connection.cursor() as cursor:
        cursor.execute(INCIDENTS, {"open": OPEN_ONE_IN, "source": source.pk, "incidents": incidents})
        cursor.execute(EVENTS, {"actor": user.pk})
        for key, count in (("client", CLIENTS), ("component", COMPONENTS)):
            cursor.execute(TAGGED, {"first": firsts[key], "tags": count, "actor": user.pk})
        cursor.execute("ANALYZE")
        cursor.execute("SELECT min(id) FROM argus_incident_incident")
        one = cursor.fetchone()[0] + incidents // 2
    body = {
        "start_time": "2026-01-01T00:00:00Z",
        "end_time": "infinity",
        "description": "Card payments are declined.",
        "level": LEVEL,
        "source_incident_id": "",
        "tags": [{"tag": "client=client7"}, {"tag": "component=component7"}],
    }
    requests = {
        "list": {"path": f"/api/v2/incidents/?open=true&level={LEVEL}&page_size=50"},
        "get": {"path": f"/api/v2/incidents/{one}/"},
        "create": {"path": "/api/v2/incidents/", "body": body},
    }
    return {"token": Token.objects.create(user=user).key, "numbers": {}, "requests": requests}


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(populate(int(sys.argv[2]))))
