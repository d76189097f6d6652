"""The mapping: one entry for each table of the old export, in dependency order.

A table without a model is only counted and reported. A column states its attribute, its reader, and its source columns
in the export; `rules` are the current rules that a row may violate. Statuses that the current lifecycles lack are
mapped by the reader: `choice({"old": "current"})`.
"""

from rest_framework import serializers

from approvals.models import Approval
from audit.models import AuditEntry
from clients.models import Client, SlaAgreement, Subscription
from core.operations.fields import NameField, TimeZoneField
from ims.legacy import rules
from ims.legacy.change_tables import CHANGES, ROLLBACKS
from ims.legacy.columns import CREATED, CREATED_AND_UPDATED, EMAIL, NAME, OPTIONAL_PHONE, PHONE, TIMES, own_id
from ims.legacy.event_tables import CORRELATIONS, EVENTS
from ims.legacy.knowledge_tables import ARTICLES, REVIEWS
from ims.legacy.metric_tables import METRICS
from ims.legacy.readers import (
    Reference,
    boolean,
    choice,
    computed_from_id,
    day,
    decimal,
    full_name,
    given,
    hours_as_minutes,
    identifier,
    legacy_change,
    no_password,
    number,
    port_list,
    required,
    text,
    through_field,
    timestamp,
)
from ims.legacy.report_tables import REPORTS
from ims.legacy.response_tables import ANALYSES, COMMUNICATIONS, ESCALATIONS, WORKAROUNDS
from ims.legacy.schema import Table, checked, column
from incidents.codes import incident_code
from incidents.models import Incident
from incidents.service_levels.timers import start_clock
from incidents.severity import STATED
from products.models import Component, Product
from users.models import User
from vendors.models import Vendor

TABLES: tuple[Table, ...] = (
    Table(
        "vendors",
        key="vendor_id",
        entity_type="vendor",
        model=Vendor,
        columns=(
            own_id("vendor_id"),
            column("vendor_name", NAME, "name"),
            column("vendor_type", text, "vendor_type"),
            column("contact_email", EMAIL, "contact_email"),
            column("contact_phone", PHONE, "contact_phone"),
            column("status", choice(), "status"),
            *CREATED_AND_UPDATED,
        ),
        rules=(*TIMES, rules.vendor_type_configured),
    ),
    Table(
        "clients",
        key="client_id",
        entity_type="client",
        model=Client,
        columns=(
            own_id("client_id"),
            column("name", NAME, "name"),
            column("registration_number", NAME, "registration_number"),
            column("contact_email", EMAIL, "contact_email"),
            column("client_type", choice(), "client_type"),
            column("contact_phone", OPTIONAL_PHONE, "contact_phone"),
            column("address", text, "address"),
            column("status", choice(), "status"),
            *CREATED_AND_UPDATED,
        ),
        rules=TIMES,
    ),
    Table(
        "users",
        key="user_id",
        entity_type="user",
        model=User,
        columns=(
            own_id("user_id"),
            column("name", full_name(NameField(), "name_given"), "first_name", "last_name"),
            column("email", EMAIL, "email"),
            column("role", choice(), "role"),
            column("timezone", through_field(TimeZoneField(), "valid_time_zone"), "timezone"),
            column("status", choice(), "status"),
            column("client", Reference("clients"), "client_id"),
            column("vendor", Reference("vendors"), "vendor_id"),
            column("password", no_password),
            *CREATED_AND_UPDATED,
        ),
        rules=(*TIMES, rules.user_associations),
    ),
    Table(
        "products",
        key="product_id",
        entity_type="product",
        model=Product,
        columns=(
            own_id("product_id"),
            column("product_name", NAME, "name"),
            column("product_type", choice(), "product_type"),
            column("version_label", text, "version"),
            column("vendor", Reference("vendors"), "vendor_id"),
            column("status", choice(), "status"),
            *CREATED_AND_UPDATED,
        ),
        rules=TIMES,
    ),
    Table(
        "components",
        key="component_id",
        entity_type="component",
        model=Component,
        columns=(
            own_id("component_id"),
            column("product", Reference("products"), "product_id"),
            column("component_name", NAME, "name"),
            column("component_type", choice(), "component_type"),
            column("environment", choice(), "environment"),
            column("location", through_field(NameField(), "location_given"), "location"),
            column("ports", port_list, "port_number"),
            column("status", choice(), "status"),
            *CREATED_AND_UPDATED,
        ),
        rules=TIMES,
    ),
    Table(
        "subscriptions",
        key="subscription_id",
        entity_type="subscription",
        model=Subscription,
        columns=(
            own_id("subscription_id"),
            column("client", Reference("clients"), "client_id"),
            column("product", Reference("products"), "product_id"),
            column("subscription_type", choice(), "subscription_type"),
            column("service_level_tier", choice(), "service_level_tier"),
            column("rto_minutes", hours_as_minutes, "rto_hours"),
            column("start_date", day, "start_date"),
            column("end_date", day, "end_date"),
            column("status", choice(), "status"),
            *CREATED_AND_UPDATED,
        ),
        rules=(*TIMES, rules.ended_subscription_not_active),
    ),
    Table(
        "sla_agreements",
        key="sla_id",
        entity_type="sla",
        model=SlaAgreement,
        columns=(
            own_id("sla_id"),
            column("subscription", Reference("subscriptions"), "subscription_id"),
            column("severity_level", choice(), "severity_level"),
            column("response_time_minutes", number, "response_time_minutes"),
            column("resolution_time_hours", number, "resolution_time_hours"),
            column("availability_target", decimal, "availability_target"),
            column("status", choice(), "status"),
            *CREATED,
        ),
        rules=(rules.not_from_the_future, rules.within_tier, rules.agreements_in_order),
    ),
    Table(
        "incidents",
        key="incident_id",
        entity_type="incident",
        model=Incident,
        columns=(
            own_id("incident_id"),
            checked("incident_code", computed_from_id(incident_code)),
            column("client", Reference("clients"), "client_id"),
            column("component", Reference("components"), "component_id"),
            column("reporter", Reference("users"), "reporter_id"),
            column("assigned_manager", Reference("users"), "assigned_manager_id"),
            column("title", NAME, "title"),
            column("description", through_field(serializers.CharField(), "description_given"), "description"),
            column("category", choice(), "category"),
            column("severity", choice(), "severity"),
            column("peak_severity", choice(), "severity"),
            column("severity_rule", given(STATED)),
            column("impact_level", choice(), "impact"),
            column("urgency", choice(), "urgency"),
            column("status", choice(), "status"),
            column("detection_source", choice(), "detection_source"),
            column("is_recurring", boolean, "is_recurring"),
            column("downtime_minutes", number, "downtime_minutes"),
            column("sla_breach", boolean, "sla_breach"),
            column("rto_breach", boolean, "rto_breach"),
            column("detected_at", timestamp, "detected_at"),
            column("resolved_at", timestamp, "resolved_at"),
            column("closed_at", timestamp, "closed_at"),
            *CREATED_AND_UPDATED,
        ),
        rules=(
            *TIMES,
            rules.reporter_of_the_client,
            rules.assigned_manager_is_active_im,
            rules.incident_times_ordered,
            rules.incident_times_fit_status,
            rules.escalated_by_an_escalation,
            rules.closed_with_root_cause,
        ),
        complete=start_clock,
    ),
    EVENTS,
    CORRELATIONS,
    ESCALATIONS,
    COMMUNICATIONS,
    WORKAROUNDS,
    ANALYSES,
    CHANGES,
    ROLLBACKS,
    METRICS,
    REPORTS,
    ARTICLES,
    REVIEWS,
    Table(
        "approvals",
        key="approval_id",
        entity_type="approval",
        model=Approval,
        columns=(
            own_id("approval_id"),
            column("reference_type", text, "reference_type"),
            column("reference_id", identifier, "reference_id"),
            column("requested_action", through_field(serializers.CharField(), "action_given"), "requested_action"),
            column("approver", Reference("users"), "approver_id"),
            column("status", choice(), "status"),
            column("comment", text, "comment"),
            column("decided_at", timestamp, "decided_at"),
            *CREATED,
        ),
        rules=(
            rules.not_from_the_future,
            rules.reference_exists,
            rules.approval_binds_who_and_what,
            rules.approval_decided_by_somebody,
            rules.approval_decided_after_request,
        ),
    ),
    Table(
        "audit_trails",
        key="audit_id",
        entity_type="audit_entry",
        model=AuditEntry,
        columns=(
            column("legacy_id", identifier, "audit_id"),
            column("reference_type", text, "reference_type"),
            column("reference_id", required(identifier), "reference_id"),
            column("action", choice(), "action"),
            column("user", Reference("users"), "user_id"),
            column("changes", legacy_change, "reference_type", "field_name", "old_value", "new_value"),
            column("created_at", timestamp, "created_at"),
        ),
        rules=(rules.not_from_the_future, rules.reference_exists),
    ),
)
