"""The sidebar: record types by domain, restricted to those that the viewer may open."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from core.operations.registry import registry

# The order of the groups; undeclared groups and ungrouped types follow.
GROUPS = (
    "Incidents",
    "Changes",
    "Knowledge",
    "Clients & service levels",
    "Products & vendors",
    "People",
    "Authority",
    "Audit",
)

OTHERS = "Other"

# The console's own pages.
OWN = (
    (_lazy("Shift"), "home", "index"),
    (_lazy("Search"), "search", "search"),
    (_lazy("My account"), "account_circle", "account"),
    (_lazy("Policy"), "policy", "policy"),
    (_lazy("Audit trail"), "history", "trail"),
    (_lazy("Verify the trail"), "verified", "verification"),
)


def groups(site: Any, viewer: Any) -> list[tuple[str, list[Any]]]:
    """(title, admins of the record types that the viewer may read), in the order of GROUPS."""
    members: dict[str, list[Any]] = {title: [] for title in GROUPS}
    for each in site._registry.values():
        if each.may_read(viewer):
            members.setdefault(each.group or OTHERS, []).append(each)
    return [(title, found) for title, found in members.items() if found]


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The navigation in the theme's format."""
    home = [
        {"title": title, "icon": icon, "link": reverse(f"admin:{name}")}
        for title, icon, name in OWN
        if name != "verification" or registry["audit.verify"].permits(getattr(request.user, "role", ""))
    ]
    return [
        {"items": home},
        *(
            {"title": _(title), "separator": True, "items": [_item(each) for each in members]}
            for title, members in groups(admin.site, request.user)
        ),
    ]


def _item(each: Any) -> dict[str, Any]:
    meta = each.model._meta
    name = _(str(meta.verbose_name_plural))
    link = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    return {"title": name[:1].upper() + name[1:], "icon": each.icon, "link": link}
