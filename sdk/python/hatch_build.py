"""Refuses to build the package without the generated client, which would otherwise be missing from it silently."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

GENERATED = "ims_client"


class GeneratedClient(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if not (Path(self.root) / GENERATED / "client.py").exists():
            raise SystemExit(
                f"{GENERATED} has not been generated: run `make sdk` in the project's folder, then build again"
            )
