"""Clients, account managers, business hours and service levels in the console."""

from django.contrib import admin

from clients.choices import AgreementStatus, ClientStatus, Severity, SubscriptionStatus, Tier
from clients.models import AccountAssignment, Calendar, Client, SlaAgreement, Subscription
from core.console.admin import RecordAdmin
from core.console.inlines import RecordInline

GROUP = "Clients & service levels"
SEVERITY_TONES = {Severity.P1: "primary", Severity.P2: "info", Severity.P3: "default", Severity.P4: "default"}


class AssignmentInline(RecordInline):
    model = AccountAssignment
    verbose_name_plural = "Account managers"
    columns = ("user", "created_at", "ended_at")
    titles = {"user": "Account manager", "created_at": "Since"}


class CalendarInline(RecordInline):
    model = Calendar
    verbose_name_plural = "Business hours"
    columns = ("timezone", "weekly_hours", "country", "holidays")


@admin.register(Client)
class ClientAdmin(RecordAdmin):
    group, icon = GROUP, "apartment"
    columns = ("name", "registration_number", "client_type", "status", "contact_email", "created_at")
    order = ("name", "created_at")
    filter_columns = ("status", "client_type", "created_at")
    search_columns = ("name", "registration_number", "contact_email")
    sections = (
        (None, ("name", ("registration_number", "client_type"), "status")),
        ("Contact", (("contact_email", "contact_phone"), "address")),
        ("Imported record", ("imported_violations",)),
    )
    related = (
        ("Incidents", "incidents.Incident", "client"),
        ("Subscriptions", "clients.Subscription", "client"),
        ("People", "users.User", "client"),
    )
    inlines = (AssignmentInline, CalendarInline)
    tones = {
        "status": {
            ClientStatus.ACTIVE: "success",
            ClientStatus.INACTIVE: "default",
            ClientStatus.SUSPENDED: "warning",
        }
    }


class AgreementInline(RecordInline):
    model = SlaAgreement
    columns = (
        "id",
        "severity_level",
        "response_time_minutes",
        "resolution_time_hours",
        "availability_target",
        "pauses_allowed",
        "status",
    )
    tones = {"severity_level": SEVERITY_TONES, "status": {AgreementStatus.ACTIVE: "success"}}


@admin.register(Subscription)
class SubscriptionAdmin(RecordAdmin):
    group, icon = GROUP, "card_membership"
    columns = ("id", "client", "product", "service_level_tier", "subscription_type", "start_date", "end_date", "status")
    order = ("id", "start_date")
    filter_columns = (
        "status",
        "service_level_tier",
        "high_priority",
        "subscription_type",
        "client",
        "product",
        "created_at",
    )
    sections = (
        (
            None,
            (
                ("client", "product"),
                ("subscription_type", "service_level_tier"),
                ("start_date", "end_date"),
                ("high_priority", "status"),
            ),
        ),
        ("Recovery objectives", (("rto_minutes", "rpo_minutes"),)),
        ("Imported record", ("imported_violations",)),
    )
    related = (("SLA agreements", "clients.SlaAgreement", "subscription"),)
    inlines = (AgreementInline,)
    titles = {"rto_minutes": "RTO (minutes)", "rpo_minutes": "RPO (minutes)"}
    tones = {
        "status": {
            SubscriptionStatus.ACTIVE: "success",
            SubscriptionStatus.SUSPENDED: "warning",
            SubscriptionStatus.EXPIRED: "default",
            SubscriptionStatus.CANCELLED: "danger",
        },
        "service_level_tier": {Tier.PREMIUM: "primary", Tier.STANDARD: "info"},
    }


@admin.register(SlaAgreement)
class AgreementAdmin(RecordAdmin):
    group, icon = GROUP, "timer"
    columns = (
        "id",
        "subscription",
        "severity_level",
        "response_time_minutes",
        "resolution_time_hours",
        "availability_target",
        "status",
    )
    order = ("id",)
    filter_columns = ("status", "severity_level", "pauses_allowed", "subscription", "created_at")
    sections = (
        (None, ("subscription", ("severity_level", "status"))),
        ("Targets", (("response_time_minutes", "resolution_time_hours"), ("availability_target", "pauses_allowed"))),
        ("Imported record", ("imported_violations",)),
    )
    tones = {
        "severity_level": SEVERITY_TONES,
        "status": {AgreementStatus.ACTIVE: "success", AgreementStatus.INACTIVE: "default"},
    }
