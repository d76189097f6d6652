"""The deployment files: the start order, no root, pinned versions, no secrets."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
FINAL_STAGE = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return dict(parsed["services"])


def test_the_application_waits_for_the_migrations_and_these_for_the_database(services: dict[str, Any]) -> None:
    assert services["migrate"]["depends_on"] == {"db": {"condition": "service_healthy"}}
    assert services["app"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services["migrate"]["command"] == ["python", "manage.py", "migrate", "--noinput"]
    assert "pg_isready" in services["db"]["healthcheck"]["test"]


def test_the_database_keeps_its_data_in_a_volume(services: dict[str, Any]) -> None:
    assert services["db"]["image"].startswith("postgres:17")
    assert services["db"]["volumes"] == ["database:/var/lib/postgresql/data"]


def test_only_the_application_is_published_and_only_on_loopback(services: dict[str, Any]) -> None:
    assert services["app"]["ports"] == ["127.0.0.1:8000:8000"]
    assert "ports" not in services["db"]


def test_every_variable_of_the_composition_is_explained(services: dict[str, Any]) -> None:
    used = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    explained = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert used == explained


def test_secrets_have_no_defaults() -> None:
    example = (ROOT / ".env.example").read_text()
    assert re.search(r"^SECRET_KEY=$", example, re.MULTILINE)
    assert re.search(r"^POSTGRES_PASSWORD=$", example, re.MULTILINE)
    assert "${SECRET_KEY:?" in (ROOT / "docker-compose.yml").read_text()


def test_every_image_has_a_version(services: dict[str, Any]) -> None:
    images = [*re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE), services["db"]["image"]]
    assert len(images) == 3
    for image in images:
        assert re.search(r":\d", image), image


def test_the_container_runs_as_a_user_without_rights() -> None:
    user = re.findall(r"^USER (\S+)", FINAL_STAGE, re.MULTILINE)
    assert user == ["10001"]
    assert FINAL_STAGE.index("USER 10001") < FINAL_STAGE.index("\nCMD ")


def test_the_image_is_installed_from_the_lock_without_development_tools() -> None:
    assert "uv sync --locked --no-install-project --extra serve --extra pdf --extra agents\n" in DOCKERFILE
    assert "HEALTHCHECK" in FINAL_STAGE
    assert "/readyz" in FINAL_STAGE


def test_image_and_makefile_install_with_the_same_installer() -> None:
    (ours,) = re.findall(r"^UV_VERSION := (\S+)", MAKEFILE, re.MULTILINE)
    assert re.findall(r"uv==([\d.]+)", DOCKERFILE) == [ours]


def test_every_package_of_the_product_is_in_the_image_and_in_the_coverage(settings: Any) -> None:
    packages = {path.parent.name for path in ROOT.glob("*/apps.py")} & set(settings.INSTALLED_APPS)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    copied = re.findall(r"^!(\w+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    for listed in (
        copied,
        project["coverage"]["run"]["source"],
        project["importlinter"]["root_packages"],
        project["hatch"]["build"]["targets"]["wheel"]["packages"],
    ):
        assert packages <= set(listed)


def test_the_coverage_minimum_is_set() -> None:
    report = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["coverage"]
    assert report["report"]["fail_under"] >= 95
    assert report["run"]["branch"] is True
