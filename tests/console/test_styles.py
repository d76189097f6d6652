"""The classes of the console's templates exist in the styles that are shipped, the theme's or the console's own."""

import re
from pathlib import Path

import unfold

from tests.live import ROOT

STYLES = (Path(unfold.__file__).parent / "static", ROOT / "console" / "static", ROOT / "ims" / "static")
TAGS = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
CLASSES = re.compile(r'class="([^"]*)"')
# Names without a style: of Django's admin, and of forms, by which scripts and tests find them.
BARE = {"colM", "ims-form"}


def test_every_class_is_in_a_shipped_style() -> None:
    sheets = [path.read_text(encoding="utf-8") for folder in STYLES for path in folder.glob("**/*.css")]
    shipped = "".join(sheets).replace("\\", "")
    used = set()
    for path in (ROOT / "console").glob("templates/**/*.html"):
        for names in CLASSES.findall(TAGS.sub(" ", path.read_text(encoding="utf-8"))):
            used |= {name for name in names.split() if not name.endswith("-")}  # the rest of such a name is data
    assert len(used) > 20
    assert {name for name in used if f".{name}" not in shipped} <= BARE
