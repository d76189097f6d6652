"""A whole installation moves between databases: ids, times, accounts and chains as they were, all of it or nothing."""

import gzip
import json
import os
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from audit import triggers
from audit.models import AuditEntry
from audit.verify import verify
from ims.moving.exporting import export_to
from ims.moving.importing import BadExport, import_from
from ims.moving.sequences_behind import sequences_behind
from ims.moving.tables import moved_models
from tests.api import Api
from tests.database import copy_on_server, copy_to, locked
from tests.incidents.factories import IncidentFactory
from tests.knowledge.factories import ArticleFactory
from tests.live import environment_of, manage
from tests.resolution.factories import reviewed
from tests.users.factories import UserFactory
from users.choices import EX
from users.models import SYSTEM_ID, User

PEOPLE = ("--sa-email", "sam@example.com", "--ex-email", "eva@example.com")


def exported() -> bytes:
    file = BytesIO()
    export_to(file)
    return file.getvalue()


def lines_of(content: bytes) -> list[Any]:
    return [json.loads(line) for line in content.splitlines()]


@pytest.mark.django_db
def test_everything_of_the_product_is_exported() -> None:
    incident, article = IncidentFactory(title="Zahlungen fallen aus – überall"), ArticleFactory()
    lines = lines_of(exported())
    assert lines[0]["format"] == "ims-export"
    tables = {line["table"]: line["columns"] for line in lines if isinstance(line, dict) and "table" in line}
    assert set(tables) == {model._meta.label_lower for model in moved_models()}
    assert {"users.user", "audit.auditentry", "incidents.incident", "core.keptanswer"} <= set(tables)
    assert lines[-1]["end"] == sum(isinstance(line, list) for line in lines)
    told = json.dumps(lines, ensure_ascii=False)
    assert incident.title in told
    assert article.title in told


@pytest.mark.django_db
def test_an_export_is_recorded_with_its_digest() -> None:
    end = lines_of(exported())[-1]
    entry = AuditEntry.objects.get(operation="system.export")
    assert (entry.user_id, entry.origin, entry.meta["sha256"]) == (SYSTEM_ID, "system", end["sha256"])
    assert entry.meta.keys() == {"tool", "rows", "sha256", "account", "host"}
    assert verify().verified


@pytest.mark.django_db
def test_an_export_that_cannot_be_recorded_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ims.moving.operations.append", failing)
    with pytest.raises(RuntimeError):
        call_command("export_all", str(tmp_path / "file.jsonl"))
    assert list(tmp_path.iterdir()) == []


def failing(entry: AuditEntry) -> None:
    raise RuntimeError("the trail cannot be written")


@pytest.mark.django_db
def test_a_database_in_use_is_not_overwritten() -> None:
    content = exported()
    UserFactory()
    with pytest.raises(BadExport, match="in use"):
        import_from(BytesIO(content))


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def without_its_end(content: bytes) -> bytes:
    return b"".join(content.splitlines(keepends=True)[:-1])


def changed(content: bytes) -> bytes:
    return content.replace(b'"system.seed"', b'"system.need"', 1) if b'"system.seed"' in content else content[::-1]


def newer(content: bytes) -> bytes:
    return content.replace(b'"version":1', b'"version":2', 1)


def of_another_release(content: bytes) -> bytes:
    return content.replace(b"0001_initial", b"0001_other", 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("spoil", [cut, without_its_end, changed, newer, of_another_release, lambda content: b"{}\n"])
def test_a_file_that_is_not_whole_changes_nothing(spoil: Any) -> None:
    before = sorted(User.objects.values_list("pk", "email"))
    content = exported()
    with pytest.raises(BadExport):
        import_from(BytesIO(spoil(content)))
    assert sorted(User.objects.values_list("pk", "email")) == before
    assert triggers.altered(connection) == {}
    triggers.remove(connection)


def database(folder: Path, kind: str) -> str:
    """A migrated database of a kind, which is not the one that the tests run on."""
    if kind == "sqlite":
        copy_to(folder / f"{uuid4().hex}.sqlite3")
        return f"sqlite:///{max(folder.glob('*.sqlite3'), key=lambda path: path.stat().st_mtime_ns)}"
    name = f"ims_live_{uuid4().hex[:12]}"
    with locked():
        copy_on_server(name)
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs a second kind of database")
def test_an_installation_moves_from_sqlite_to_postgresql_and_back(tmp_path: Path) -> None:
    first, second, third = (database(tmp_path, kind) for kind in ("sqlite", "postgresql", "sqlite"))
    try:
        manage(environment_of(first), "bootstrap", *PEOPLE)
        token = manage(environment_of(first), "issue_token", "eva@example.com").splitlines()[-1]
        assert token
        manage(environment_of(first), "export_all", str(tmp_path / "one.jsonl.gz"))
        said = manage(environment_of(second), "import_all", str(tmp_path / "one.jsonl.gz"))
        assert "FAILED" not in said
        assert said.count("ok ") == 8
        manage(environment_of(second), "export_all", str(tmp_path / "two.jsonl"))
        assert "FAILED" not in manage(environment_of(third), "import_all", str(tmp_path / "two.jsonl"))
        manage(environment_of(third), "export_all", str(tmp_path / "three.jsonl"))
        one = gzip.decompress((tmp_path / "one.jsonl.gz").read_bytes())
        rows = [
            [json.dumps(line, sort_keys=True) for line in lines_of(each) if isinstance(line, list)]
            for each in (one, *files(tmp_path))
        ]
        # Each import is recorded; an export, after its end, with the digest of its file. Nothing else differs.
        added = [set(later) - set(earlier) for earlier, later in pairwise(rows)]
        assert [len(each) for each in added] == [1, 1]
        assert all("system.import" in line for each in added for line in each)
        assert all(set(earlier) <= set(later) for earlier, later in pairwise(rows))
    finally:
        drop(second)


def files(folder: Path) -> list[bytes]:
    return [(folder / name).read_bytes() for name in ("two.jsonl", "three.jsonl")]


def drop(url: str) -> None:
    with psycopg.connect(urlsplit(url)._replace(path="/postgres").geturl(), autocommit=True) as server:
        server.execute(f"DROP DATABASE {urlsplit(url).path[1:]} WITH (FORCE)")  # type: ignore[arg-type]


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no sequences")
def test_a_sequence_that_would_issue_an_id_again_is_found() -> None:
    UserFactory()
    assert list(sequences_behind()) == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('users_user', 'id'), 1, false)")
    assert list(sequences_behind()) == ["users_user"]


@pytest.mark.django_db
def test_entries_keep_their_addresses_and_hashes() -> None:
    reviewed()
    Api(UserFactory(role=EX)).get("/vendors/", expect=200)
    lines = lines_of(exported())
    place = next(
        number
        for number, line in enumerate(lines)
        if isinstance(line, dict) and line.get("table") == "audit.auditentry"
    )
    columns, row = lines[place]["columns"], lines[place + 1]
    first = AuditEntry.objects.order_by("pk").first()
    assert first is not None
    assert (row[columns.index("hash")], row[columns.index("source")]) == (first.hash, first.source)
