"""The classes of the console's templates exist: those of the theme in the theme's shipped styles."""

import re
from pathlib import Path

import unfold

from tests.live import ROOT

THEME = Path(unfold.__file__).parent / "static"
TAGS = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
CLASSES = re.compile(r'class="([^"]*)"')
# Names of Django's admin that carry no style.
BARE = {"colM"}


def test_every_class_of_the_theme_is_shipped() -> None:
    shipped = "".join(path.read_text(encoding="utf-8") for path in THEME.glob("**/*.css")).replace("\\", "")
    used = set()
    for path in (ROOT / "console").glob("templates/**/*.html"):
        for names in CLASSES.findall(TAGS.sub(" ", path.read_text(encoding="utf-8"))):
            used |= {name for name in names.split() if not name.startswith("ims-")}
    assert len(used) > 20
    assert {name for name in used if f".{name}" not in shipped} <= BARE
