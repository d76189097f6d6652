"""Fails the build if the generated client is missing, instead of building an incomplete package."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

GENERATED = "ims_client"


class GeneratedClient(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if not (Path(self.root) / GENERATED / "client.py").exists():
            raise SystemExit(
                f"{GENERATED} has not been generated: run `make sdk` in the project's root, then build again"
            )
