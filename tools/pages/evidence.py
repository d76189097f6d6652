"""Which tests cover which SOP. A test module names its SOP at the start of its docstring: "SOP 7: Registering Vendor
Information.".
"""

import ast
import re
from collections import defaultdict
from pathlib import Path

NAMED = re.compile(r"SOPs? (\d+(?:(?:, | and )(?:SOP )?\d+)*)")


def sops_of(path: Path) -> set[int]:
    """The SOPs named in a test module's docstring."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return {int(number) for found in NAMED.findall(text) for number in re.findall(r"\d+", found)}


def files_by_sop(root: Path) -> dict[int, list[str]]:
    """SOP → its test modules below `root`, as sorted paths relative to its parent."""
    found: dict[int, list[str]] = defaultdict(list)
    for path in sorted(root.glob("*/test_*.py")):
        for number in sops_of(path):
            found[number].append(path.relative_to(root.parent).as_posix())
    return found
