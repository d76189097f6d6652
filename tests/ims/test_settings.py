"""The settings of an installation, read in separate processes with only their environment."""

import os
import socket
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.ims.settings_reader import settings_of
from tests.live import KEPT_VARIABLES, WITHOUT_DEVELOPMENT, new_installation, served

ROOT = Path(__file__).resolve().parents[2]
KEY = "a-key-made-for-this-test-" + "k" * 40
READ = "import sys; from django.conf import settings; [getattr(settings, name) for name in sys.argv[1:]]"


def variables_of(**stated: str) -> dict[str, str]:
    """These variables and no others of ours."""
    kept = {name: value for name, value in os.environ.items() if name in KEPT_VARIABLES}
    fixed = {"DJANGO_SETTINGS_MODULE": "ims.settings", "DATABASE_URL": "sqlite://:memory:"}
    return {**kept, **fixed, "PYTHONPATH": WITHOUT_DEVELOPMENT, **stated}


def run(code: str, *args: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run a Python program with these variables."""
    command, environment = [sys.executable, "-c", code, *args], variables_of(**variables)
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603


def read(*names: str, **variables: str) -> dict[str, Any]:
    return settings_of(names, variables_of(**variables))


def test_an_installation_without_a_secret_key_does_not_start() -> None:
    done = run(READ, "DEBUG")
    assert done.returncode != 0
    assert "SECRET_KEY is required" in done.stderr


def test_a_command_without_settings_answers_with_a_sentence() -> None:
    done = run("import sys; sys.argv = ['manage.py', 'check']; import manage; manage.main()")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "The settings are incomplete: SECRET_KEY is required; "
        "for a trial on this machine set IMS_ENVIRONMENT=development"
    ]


def test_a_server_on_a_taken_port_gives_advice() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        serve = "import sys; sys.argv = ['gunicorn']; from gunicorn.app.wsgiapp import run; run()"
        done = run(serve, IMS_ENVIRONMENT="development", IMS_BIND=address)
    assert done.returncode != 0
    assert f"{address} is in use. Choose another address, for example IMS_BIND=127.0.0.1:8001." in done.stderr


@pytest.mark.parametrize(("behind_proxy", "status"), [("false", 301), ("true", 401)])
def test_the_scheme_is_believed_only_from_a_proxy(tmp_path: Path, behind_proxy: str, status: int) -> None:
    installation = new_installation(tmp_path, migrated=True)
    with served({**installation, "SECURE_SSL_REDIRECT": "true", "IMS_BEHIND_PROXY": behind_proxy}) as address:
        connection = HTTPConnection(address, timeout=30)
        connection.request("GET", "/api/v1/me/", headers={"X-Forwarded-Proto": "https"})
        assert connection.getresponse().status == status


def test_former_keys_are_accepted_and_preload_is_off_unless_asked_for() -> None:
    values = read("SECRET_KEY_FALLBACKS", "SECURE_HSTS_PRELOAD", SECRET_KEY=KEY)
    assert values == {"SECRET_KEY_FALLBACKS": [], "SECURE_HSTS_PRELOAD": False}
    values = read(
        "SECRET_KEY_FALLBACKS",
        "SECURE_HSTS_PRELOAD",
        SECRET_KEY=KEY,
        SECRET_KEY_FALLBACKS="a,b",
        SECURE_HSTS_PRELOAD="1",
    )
    assert values == {"SECRET_KEY_FALLBACKS": ["a", "b"], "SECURE_HSTS_PRELOAD": True}


def test_an_unknown_environment_does_not_start() -> None:
    done = run(READ, "DEBUG", IMS_ENVIRONMENT="staging")
    assert done.returncode != 0
    assert "must be production, development or test" in done.stderr


def test_production_is_the_default_and_is_safe() -> None:
    values = read(
        "DEBUG",
        "ALLOWED_HOSTS",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SESSION_COOKIE_NAME",
        "CSRF_COOKIE_NAME",
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS",
        "SECURE_PROXY_SSL_HEADER",
        SECRET_KEY=KEY,
    )
    assert values == {
        "DEBUG": False,
        "ALLOWED_HOSTS": ["localhost", "127.0.0.1", "[::1]"],
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SESSION_COOKIE_NAME": "__Host-sessionid",
        "CSRF_COOKIE_NAME": "__Host-csrftoken",
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SECURE_PROXY_SSL_HEADER": None,
    }


def test_development_needs_no_key_or_tls_but_is_never_in_debug_mode() -> None:
    values = read("DEBUG", "SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", IMS_ENVIRONMENT="development")
    assert values == {"DEBUG": False, "SECURE_SSL_REDIRECT": False, "SESSION_COOKIE_SECURE": False}


def test_production_passes_djangos_security_check() -> None:
    code = "import django; django.setup(); from django.core.management import call_command as call;"
    done = run(f"{code} call('check', deploy=True, tags=['security'], fail_level='WARNING')", SECRET_KEY=KEY)
    assert done.returncode == 0, done.stderr


def test_the_local_machine_is_allowed_in_addition_to_the_public_name() -> None:
    values = read("ALLOWED_HOSTS", SECRET_KEY=KEY, ALLOWED_HOSTS="ims.example.org")
    assert values["ALLOWED_HOSTS"] == ["ims.example.org", "localhost", "127.0.0.1", "[::1]"]


def test_sqlite_locks_writers_at_once_and_keeps_readers_going() -> None:
    options = read("DATABASES", IMS_ENVIRONMENT="development")["DATABASES"]["default"]["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=20000"):
        assert f"PRAGMA {pragma};" in options["init_command"]


def test_a_request_does_not_wait_for_a_locked_file_as_long_as_a_command() -> None:
    options = served_options(DATABASE_URL="sqlite://:memory:")
    assert options["timeout"] == 5
    assert "PRAGMA busy_timeout=5000;" in options["init_command"]
    assert served_options(DATABASE_URL="sqlite://:memory:", IMS_DB_LOCK_SECONDS="1.5")["timeout"] == 1.5


def test_postgresql_gets_a_pool_and_prepared_statements() -> None:
    url = "postgres://ims:secret@db:5432/ims"
    database = read("DATABASES", SECRET_KEY=KEY, DATABASE_URL=url, IMS_DB_POOL_SIZE="3")["DATABASES"]["default"]
    assert database["OPTIONS"]["pool"]["max_size"] == 3
    assert database["OPTIONS"]["server_side_binding"] is True
    assert (database["CONN_MAX_AGE"], database["CONN_HEALTH_CHECKS"]) == (0, True)
    assert (database["OPTIONS"]["keepalives_idle"], database["OPTIONS"]["tcp_user_timeout"]) == (10, 15_000)
    stated = read("DATABASES", SECRET_KEY=KEY, DATABASE_URL=f"{url}?tcp_user_timeout=30000")["DATABASES"]["default"]
    assert int(stated["OPTIONS"]["tcp_user_timeout"]) == 30_000


ON_POSTGRESQL = {"SECRET_KEY": KEY, "DATABASE_URL": "postgres://db/ims"}


def served_options(**variables: str) -> dict[str, Any]:
    stated = {**ON_POSTGRESQL, "IMS_ENVIRONMENT": "development", **variables}
    options: dict[str, Any] = settings_of(["DATABASES"], variables_of(**stated), served=True)["DATABASES"]["default"]
    return dict(options["OPTIONS"])


def test_requests_wait_for_the_database_no_longer_than_limits_allow() -> None:
    options = served_options()
    assert (options["pool"]["timeout"], options["pool"]["reconnect_timeout"], options["connect_timeout"]) == (2, 2, 2)
    assert options["options"] == (
        "-c lock_timeout=5000 -c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000"
    )
    stated = served_options(IMS_DB_WAIT_SECONDS="0.5", IMS_DB_LOCK_SECONDS="1.5", IMS_DB_STATEMENT_SECONDS="0")
    assert (stated["pool"]["timeout"], stated["connect_timeout"]) == (0.5, 1)
    assert stated["options"] == "-c lock_timeout=1500 -c idle_in_transaction_session_timeout=60000"


def test_limits_are_added_to_the_options_of_the_url_and_can_be_disabled() -> None:
    off = {"IMS_DB_LOCK_SECONDS": "0", "IMS_DB_STATEMENT_SECONDS": "0", "IMS_DB_IDLE_SECONDS": "0"}
    assert "options" not in served_options(**off)
    url = "postgres://db/ims?options=-c%20jit%3Doff"
    assert served_options(**off, DATABASE_URL=url)["options"] == "-c jit=off"
    assert served_options(DATABASE_URL=url)["options"].startswith("-c jit=off -c lock_timeout=5000 ")


def test_commands_take_their_time() -> None:
    options = read("DATABASES", **ON_POSTGRESQL)["DATABASES"]["default"]["OPTIONS"]
    assert {"options", "connect_timeout"}.isdisjoint(options)
    assert options["pool"]["timeout"] == 10


def test_prepared_statements_can_be_turned_off() -> None:
    variables = {"DATABASE_URL": "postgres://db/ims", "IMS_DB_PREPARE": "false"}
    options = read("DATABASES", SECRET_KEY=KEY, **variables)["DATABASES"]["default"]["OPTIONS"]
    assert {"server_side_binding", "prepare_threshold"}.isdisjoint(options)


@pytest.mark.parametrize(
    ("environment", "storage"), [("production", "Manifest"), ("development", "StaticFilesStorage")]
)
def test_static_files_carry_their_digest_in_production(environment: str, storage: str) -> None:
    values = read("STORAGES", SECRET_KEY=KEY, IMS_ENVIRONMENT=environment)
    assert storage in values["STORAGES"]["staticfiles"]["BACKEND"]


@pytest.mark.parametrize("stated", ["120", "120/fortnight", "0/minute", "-1/minute", "many"])
def test_a_rate_that_cannot_be_read_does_not_start(stated: str) -> None:
    done = run(READ, "DEBUG", SECRET_KEY=KEY, IMS_RATE_LOGIN=stated)
    assert done.returncode != 0
    assert "must have the form 120/minute" in done.stderr


def test_rates_are_generous_by_default_and_can_be_switched_off() -> None:
    assert read("IMS_RATES", SECRET_KEY=KEY)["IMS_RATES"] == {
        "caller": [30_000, 60],
        "address": [1200, 60],
        "login": [120, 60],
    }
    off = {"IMS_RATE_CALLER": "off", "IMS_RATE_ADDRESS": "off", "IMS_RATE_LOGIN": "5/hour"}
    rates = read("IMS_RATES", SECRET_KEY=KEY, **off)["IMS_RATES"]
    assert rates == {"caller": None, "address": None, "login": [5, 3600]}


def test_the_cache_is_shared_where_one_is_named_and_never_waited_for_long() -> None:
    assert "locmem" in read("CACHES", SECRET_KEY=KEY)["CACHES"]["default"]["BACKEND"]
    shared = read("CACHES", SECRET_KEY=KEY, CACHE_URL="redis://cache:6379/0")["CACHES"]["default"]
    assert (shared["LOCATION"], shared["OPTIONS"]["socket_timeout"] < 1) == ("redis://cache:6379/0", True)
    assert "CACHE_URL must be a Redis URL" in run(READ, "DEBUG", SECRET_KEY=KEY, CACHE_URL="memcache://x").stderr


@pytest.mark.parametrize(
    ("variables", "proxies"),
    [
        ({}, 0),
        ({"IMS_TRUSTED_PROXIES": "2"}, 0),
        ({"IMS_BEHIND_PROXY": "true"}, 1),
        ({"IMS_BEHIND_PROXY": "true", "IMS_TRUSTED_PROXIES": "2"}, 2),
    ],
)
def test_proxies_are_believed_only_where_there_are_any(variables: dict[str, str], proxies: int) -> None:
    assert read("IMS_TRUSTED_PROXIES", SECRET_KEY=KEY, **variables)["IMS_TRUSTED_PROXIES"] == proxies


def test_cross_origin_access_is_disabled_by_default() -> None:
    door = "corsheaders.middleware.CorsMiddleware"
    assert door not in read("MIDDLEWARE", SECRET_KEY=KEY)["MIDDLEWARE"]
    assert door in read("MIDDLEWARE", SECRET_KEY=KEY, CORS_ALLOWED_ORIGINS="https://app.example.org")["MIDDLEWARE"]


@pytest.mark.parametrize(("environment", "form"), [("production", "json"), ("development", "text")])
def test_logs_are_for_collectors_in_production_and_for_people_elsewhere(environment: str, form: str) -> None:
    code = "import django, logging; django.setup(); logging.getLogger('ims.trial').error('it failed')"
    line = run(code, SECRET_KEY=KEY, IMS_ENVIRONMENT=environment).stderr
    assert line.startswith("{") is (form == "json")
    assert "it failed" in line
