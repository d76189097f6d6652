"""Imports every module of the shipped packages, as `python -m tests.architecture.production`.

It requires only the production dependencies. `--hide` hides every other installed package first, for an environment
that has more.
"""

import importlib
import os
import secrets
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.abc import MetaPathFinder
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SHIPPED: list[str] = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
REQUIRED: list[str] = PROJECT["project"]["dependencies"]
# Optional production dependencies, which no module requires.
EXTRAS: list[str] = [
    each for name in ("pdf", "serve", "agents") for each in PROJECT["project"]["optional-dependencies"][name]
]

# Modules that need an extra as a whole: only the processes that it is for import them.
OF_EXTRAS = {"agents.asgi", "agents.elicitation", "agents.exchange", "agents.server", "agents.stdio", "serving.worker"}


def modules() -> Iterator[str]:
    """Every module of the shipped packages, migrations and commands included."""
    for package in SHIPPED:
        yield package
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            if name not in OF_EXTRAS:
                yield name


def closure(requirements: Iterable[str]) -> set[str]:
    """The distributions that these requirements install, with everything that they require themselves."""
    from packaging.requirements import Requirement  # noqa: PLC0415 - production does not install it
    from packaging.utils import canonicalize_name  # noqa: PLC0415

    found: set[tuple[str, frozenset[str]]] = set()
    waiting = [Requirement(each) for each in requirements]
    while waiting:
        requirement = waiting.pop()
        key = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if key in found:
            continue
        found.add(key)
        try:
            further = map(Requirement, requires(requirement.name) or ())
        except PackageNotFoundError:  # for another platform
            continue
        extras = requirement.extras or {""}
        waiting += [
            each
            for each in further
            if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in {"", *extras})
        ]
    return {name for name, _ in found}


class Hidden(MetaPathFinder):
    """Packages that are installed, and not found."""

    def __init__(self, names: set[str]) -> None:
        self.names = names

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> None:
        if fullname.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"No module named {fullname!r}: production does not install it", name=fullname)


def hide() -> None:
    """Hide every installed package that no requirement of production installs."""
    from packaging.utils import canonicalize_name  # noqa: PLC0415

    kept = closure(REQUIRED)
    installed = packages_distributions()
    hidden = {name for name, owners in installed.items() if kept.isdisjoint(map(canonicalize_name, owners))}
    for loaded in [name for name in sys.modules if name.partition(".")[0] in hidden]:
        del sys.modules[loaded]
    sys.meta_path.insert(0, Hidden(hidden))


def main() -> None:
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "ims.settings",
        "IMS_ENVIRONMENT": "production",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "DATABASE_URL": "sqlite://:memory:",
    }
    if "--hide" in sys.argv:
        hide()
    importlib.import_module("django").setup()
    names = list(dict.fromkeys(modules()))
    for name in names:
        importlib.import_module(name)
    print(f"{len(names)} modules")


if __name__ == "__main__":
    main()
