"""The console's site: its pages and their access, without Django's own write pages."""

from collections.abc import Mapping
from functools import partial
from typing import Any, NoReturn

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.templatetags.static import static
from django.urls import Resolver404, path, resolve, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _lazy
from unfold.sites import UnfoldAdminSite

from console.bulk.pages import bulk, offered_to
from console.forms import LoginForm
from console.operations.availability import acts_from, acts_on, creations_of, divided
from console.operations.pages import act
from console.people.pages import activation, own_account
from console.people.second_factor import second_factor
from console.records.pages import draft_of_report, policy, report_file, search, verification
from console.records.panels import panel_of
from console.shift.pages import dashboard, figures, inbox
from console.trail.pages import trail
from console.workbench.page import articles, workbench
from core.console.admin import RecordAdmin
from core.http.throttles import LoginLimit, enforce
from incidents.models import Incident

# The site's own pages. Password changes and activations use the API.
PAGES = frozenset({"index", "login", "logout", "jsi18n", "app_list"})
ENVIRONMENTS = {"production": _lazy("Production"), "development": _lazy("Development"), "test": _lazy("Test")}
# Types whose audit entries have another entity type, or none.
UNRECORDED = frozenset({"audit_entry"})
# Pages that are more than a record's fields.
OWN_PAGES: Mapping[Any, Any] = {Incident: workbench}


class ConsoleSite(UnfoldAdminSite):  # type: ignore[misc]
    site_title = site_header = "Incident Management"
    index_title = "Overview"
    index_template = "console/index.html"
    login_form = LoginForm
    login_template = "console/login.html"
    enable_nav_sidebar = True

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Register only the project's own admin classes: those that Django registers by itself ignore the scope."""
        if admin_class is not None and issubclass(admin_class, RecordAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def get_urls(self) -> list[Any]:
        """The record pages and those of PAGES; Django's other pages are omitted."""
        urls = super().get_urls()
        kept = [each for each in urls if getattr(each, "name", None) in PAGES or self._is_known(each)]
        return [*self._own_urls(), *kept]

    def _own_urls(self) -> list[Any]:
        """The console's own pages."""
        perform = self.admin_view(partial(act, self))
        return [
            path("act/<str:name>/", perform, name="act"),
            path("act/<str:name>/<int:pk>/", perform, name="act_on"),
            path("inbox/<str:name>/", self.admin_view(partial(inbox, self)), name="inbox"),
            path("articles-for/<int:pk>/", self.admin_view(partial(articles, self)), name="articles_for"),
            path("bulk/", self.admin_view(partial(bulk, self)), name="bulk"),
            path("search/", self.admin_view(partial(search, self)), name="search"),
            path("policy/", self.admin_view(partial(policy, self)), name="policy"),
            path("trail/", self.admin_view(partial(trail, self)), name="trail"),
            path("verification/", self.admin_view(partial(verification, self)), name="verification"),
            path("report/<int:pk>/", self.admin_view(partial(draft_of_report, self)), name="report_text"),
            path("report/<int:pk>/<str:name>/", self.admin_view(partial(report_file, self)), name="report_file"),
            path("account/", self.admin_view(partial(own_account, self)), name="account"),
            path("account/second-factor/", self.admin_view(partial(second_factor, self)), name="second_factor"),
            path("activate/", partial(activation, self), name="activate"),
            path("figures/", self.admin_view(partial(figures, self)), name="figures"),
        ]

    @staticmethod
    def _is_known(pattern: Any) -> bool:
        return hasattr(pattern, "url_patterns") or "(?P<url>" in str(pattern.pattern)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The login form, and login attempts, which are rate-limited by address."""
        if request.method == "POST":
            enforce(request, LoginLimit)
        page: HttpResponse = super().login(request, extra_context)
        return page

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Ends the session; the browser forgets what it has stored of the console."""
        page: HttpResponse = super().logout(request, extra_context)
        page["Clear-Site-Data"] = '"cache", "storage"'
        return page

    def get_log_entries(self, request: HttpRequest) -> Any:
        """Django's log is not written; the audit trail records all acts."""
        return ()

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Empty: the sidebar and the dashboard have lists of their own, and this one takes as long as both."""
        return []

    def index(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The dashboard of the viewer's shift."""
        return dashboard(self, request)

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> HttpResponse:
        """Redirects to the overview, which already lists every type."""
        return HttpResponseRedirect(reverse("admin:index"))

    def catch_all_view(self, request: HttpRequest, url: str) -> HttpResponse:
        """Redirect a URL without its trailing slash; any other URL is not found."""
        if not url.endswith("/") and self._is_routed(f"{request.path_info}/"):
            return HttpResponsePermanentRedirect(request.get_full_path(force_append_slash=True))
        raise Http404

    def _is_routed(self, path: str) -> bool:
        try:
            return resolve(path).func.__name__ != "catch_all_view"
        except Resolver404:
            return False

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> NoReturn:
        raise Http404

    def record_context(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        """The operations on a record, and those that create records for it."""
        acts = [*acts_on(record, request.user), *acts_from(record, request.user)]
        return {**divided(acts), "panel": panel_of(record, request.user)}

    def own_page(self, model: Any) -> Any:
        """The page that replaces the general one for records of a model, or None."""
        return OWN_PAGES.get(model)

    def list_context(self, request: HttpRequest, model: Any) -> dict[str, Any]:
        """The operations that create records of a list's type, and those for several of its records."""
        bulk_acts = offered_to(request.user) if model is Incident else []
        return {"creations": creations_of(model.entity_type, request.user), "bulk": bulk_acts}

    def record_links(self, request: HttpRequest, record: Any) -> list[dict[str, str]]:
        """A record's audit trail, for viewers who may open it."""
        if record.entity_type in UNRECORDED:
            return []
        page = reverse("admin:trail")
        query = f"reference_type={record.entity_type}&reference_id={record.pk}"
        return [{"title": gettext("Audit trail"), "icon": "history", "address": f"{page}?{query}"}]


def environment(request: HttpRequest) -> list[str]:
    """A badge that marks non-production environments."""
    tone = {"production": "danger", "development": "warning"}.get(settings.ENVIRONMENT, "info")
    return [str(ENVIRONMENTS[settings.ENVIRONMENT]), tone]


def stylesheet(request: HttpRequest) -> str:
    return static("console/console.css")


def list_styles(request: HttpRequest) -> str:
    return static("console/lists.css")


def script(request: HttpRequest) -> str:
    return static("console/console.js")


def favicon(request: HttpRequest) -> str:
    return static("console/favicon.svg")
