"""The recorded examples: one file for each tag of the API, and one for the refusals, in `ims/docs/examples/`."""

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("examples")
PROBLEMS = "problems"
Examples = dict[str, Any]


def text_of(examples: Examples) -> str:
    """The content of an example file."""
    return json.dumps(examples, indent=1, ensure_ascii=False) + "\n"


def read(folder: Path = FOLDER) -> dict[str, str]:
    """The recorded files by tag."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.json"))}


def write(files: dict[str, Examples], folder: Path = FOLDER) -> None:
    """Write the files of a new recording; files of removed tags are deleted."""
    folder.mkdir(exist_ok=True)
    for stale in folder.glob("*.json"):
        stale.unlink()
    for tag, examples in files.items():
        (folder / f"{tag}.json").write_text(text_of(examples), encoding="utf-8")


@cache
def by_operation() -> dict[str, list[Examples]]:
    """Operation id in the description → its examples."""
    return {
        name: examples for tag, text in read().items() if tag != PROBLEMS for name, examples in json.loads(text).items()
    }


@cache
def problems() -> dict[str, Examples]:
    """Code → the example of its problem document."""
    return dict(json.loads(read().get(PROBLEMS, "{}")))
