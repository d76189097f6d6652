"""Accounts and the viewer's own tokens in the console. Passwords, digests and activation tokens have no page."""

from typing import Any

from django.contrib import admin

from core.console.admin import RecordAdmin
from users.choices import Role, UserStatus
from users.models import Token, User


@admin.register(User)
class UserAdmin(RecordAdmin):
    group, icon = "People", "person"
    columns = ("name", "email", "role", "status", "client", "vendor", "department")
    order = ("name", "email")
    filter_columns = ("role", "status", "client", "vendor", "created_at")
    search_columns = ("name", "email")
    sections = (
        (None, (("name", "email"), ("role", "status"), ("department", "timezone"))),
        ("Organisation", (("client", "vendor"),)),
        ("Imported record", ("imported_violations",)),
    )
    related = (("Approvals requested", "approvals.Approval", "requester"),)
    tones = {
        "status": {
            UserStatus.ACTIVE: "success",
            UserStatus.INACTIVE: "default",
            UserStatus.SUSPENDED: "danger",
            UserStatus.ON_LEAVE: "warning",
        },
        "role": {Role.EXECUTIVE: "primary", Role.SYSTEM_ADMINISTRATOR: "primary"},
    }


@admin.register(Token)
class TokenAdmin(RecordAdmin):
    """Only the viewer's own tokens, even for roles that may revoke others'."""

    group, icon = "People", "key"
    columns = ("id", "name", "agent", "created_at", "expires_at", "revoked_at", "use__last_used_at")
    filter_columns = ("expires_at",)
    sections = ((None, (("name", "agent"), ("expires_at", "revoked_at"), ("user", "use__last_used_at"))),)

    def operation(self, viewer: Any) -> str:
        return "access.tokens"

    def scope(self, viewer: Any) -> Any:
        return self.model.objects.of(viewer)
