"""axe-core on every kind of page: nothing critical, serious or moderate, and no page wider than the screen."""

from typing import Any

import pytest

from tests.console.browsing import CHROMIUM, WHY_SKIPPED, Visit
from tests.console.kinds import OUTSIDE, kinds_of_pages
from tests.console.persons import person
from tests.console.world import list_of, page_of, registered
from tests.incidents.factories import IncidentFactory
from users.choices import IM, SA

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=WHY_SKIPPED)
SERIOUS = {"critical", "serious", "moderate"}
VIEWS = [("light", 1440), ("dark", 1440), ("light", 360), ("dark", 360)]
EACH_VIEW = pytest.mark.parametrize(("scheme", "width"), VIEWS)
# Whatever is folded is looked at as well.
UNFOLD = "document.querySelectorAll('details').forEach(each => { each.open = true; })"
# Parts that are loaded after their page have arrived.
LOADED = "!document.querySelector('.htmx-request')"
WIDTH = "document.documentElement.scrollWidth"
BEYOND = """() => [...document.querySelectorAll('body *')]
    .filter(each => each.getBoundingClientRect().right > innerWidth + 1).slice(-1)
    .map(each => each.outerHTML.slice(0, 120))"""
SETTLED = "Promise.all(document.getAnimations().map(each => each.finished.catch(() => null)))"


class Examination:
    """What axe finds on the pages that a window shows, by page."""

    def __init__(self, window: Visit, width: int) -> None:
        from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - only where a browser is installed

        self.window, self.axe, self.width = window, Axe(), width
        self.broken: dict[str, Any] = {}
        window.page.set_viewport_size({"width": width, "height": 900})

    def visit(self, name: str, path: str) -> None:
        self.window.go(path)
        self.look(name)

    def look(self, name: str) -> None:
        page = self.window.page
        page.wait_for_function(LOADED)
        page.evaluate(UNFOLD)
        page.evaluate(SETTLED)
        found = [each for each in self.axe.run(page).response["violations"] if each["impact"] in SERIOUS]
        faults = [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"][:5]]
        wide = page.evaluate(WIDTH)
        faults += [f"{wide} px wide: {page.evaluate(BEYOND)}"] if wide > self.width else []
        self.broken |= {name: faults} if faults else {}


@EACH_VIEW
def test_every_kind_of_page_is_accessible_and_fits(visit: Any, scheme: str, width: int) -> None:
    manager = person(IM)
    pages = kinds_of_pages(manager)
    seen = Examination(visit(manager, color_scheme=scheme), width)
    for name, path in pages.items():
        seen.visit(name, path)
    outside = Examination(visit(None, color_scheme=scheme), width)
    for name, path in OUTSIDE.items():
        outside.visit(name, path)
    assert {**seen.broken, **outside.broken} == {}


@EACH_VIEW
def test_what_a_form_answers_is_accessible(visit: Any, scheme: str, width: int) -> None:
    """Refusals that keep the form, a stale version, what is shown once, the outcomes of a bulk act."""
    incident = IncidentFactory()
    window = visit(person(IM), color_scheme=scheme)
    seen = Examination(window, width)
    window.go("/console/act/vendor.create/")
    window.press("Onboard vendor")
    seen.look("invalid form")

    window.go(f"/console/act/incident.update/{incident.pk}/")
    incident.change(title="Refunds fail")
    window.page.locator('main [name="description"]').fill("The gateway answers 502.")
    window.press("Edit incident")
    seen.look("stale form")

    window.go("/console/act/token.create/")
    window.type("name", "Laptop")
    window.press("Issue token")
    seen.look("shown once")

    window.go(f"/console/bulk/?act=note&pk={incident.pk}")
    window.type("body", "Seen")
    window.press("Add note")
    seen.look("outcomes")

    window.go("/console/account/second-factor/")
    window.press("Set up")
    seen.look("enrolment")
    assert seen.broken == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_open_navigation_of_a_narrow_screen_is_accessible(visit: Any, scheme: str) -> None:
    window = visit(person(IM), color_scheme=scheme)
    seen = Examination(window, 360)
    window.go("/console/")
    window.page.get_by_role("button", name="Navigation").locator("visible=true").focus()
    window.page.keyboard.press("Enter")
    window.page.locator("#nav-sidebar").wait_for(state="visible")
    seen.look("navigation")
    assert seen.broken == {}


def test_the_documentation_of_the_api_is_accessible(visit: Any) -> None:
    seen: dict[str, Any] = {}
    for scheme, width in VIEWS:
        window = visit(None, color_scheme=scheme)
        examined = Examination(window, width)
        window.go("/api/v1/docs/")
        for unfolded in (".opblock-tag", ".opblock-summary-control", ".opblock-body"):
            window.page.locator(unfolded).first.wait_for()
            if unfolded != ".opblock-body":
                window.page.locator(unfolded).first.click()
        examined.look(f"documentation, {scheme}, {width}")
        seen |= examined.broken
    assert seen == {}


def test_every_list_and_an_empty_record_are_accessible(visit: Any) -> None:
    seen = Examination(visit(person(SA)), 1440)
    for model in registered():
        seen.visit(model.__name__, list_of(model))
    seen.visit("record", page_of(IncidentFactory().client))
    assert seen.broken == {}
