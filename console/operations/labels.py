"""The names of operations and fields in the console."""

import re
from collections.abc import Mapping

from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from core.operations.registry import Operation

# The labels of the operations' buttons.
LABELS: Mapping[str, str] = {
    "access.end_session": _("End session"),
    "access.logout": _("Log out"),
    "approval.approve": _("Approve"),
    "approval.check": _("Check a request"),
    "approval.reject": _("Reject"),
    "approval.request": _("Request an approval"),
    "approval_rule.update": _("Edit rule"),
    "article.archive": _("Archive"),
    "article.create": _("Write article"),
    "article.publish": _("Publish"),
    "article.return": _("Return to the author"),
    "article.submit": _("Submit for review"),
    "article.update": _("Edit article"),
    "audit.log": _("Record an act"),
    "change.approve": _("Approve"),
    "change.complete": _("Complete"),
    "change.create": _("Request change"),
    "change.fail": _("Record failure"),
    "change.reject": _("Reject"),
    "change.schedule": _("Schedule"),
    "change.start": _("Start"),
    "change.update": _("Edit change"),
    "client.assign_managers": _("Assign account managers"),
    "client.create": _("Onboard client"),
    "client.set_calendar": _("Set service hours"),
    "client.update": _("Edit client"),
    "communication.create": _("Inform"),
    "communication.update": _("Record delivery"),
    "component.create": _("Register component"),
    "component.update": _("Edit component"),
    "correlation_rule.create": _("Add correlation rule"),
    "correlation_rule.update": _("Edit rule"),
    "escalation.acknowledge": _("Acknowledge"),
    "escalation.create": _("Escalate"),
    "escalation.resolve": _("Resolve escalation"),
    "event.correlate": _("Correlate events"),
    "event.record": _("Record event"),
    "handoff.accept": _("Accept"),
    "handoff.close": _("Close handoff"),
    "handoff.create": _("Hand over"),
    "incident.add_note": _("Add note"),
    "incident.classify": _("Classify severity"),
    "incident.close": _("Close incident"),
    "incident.confirm_mitigation": _("Confirm mitigation"),
    "incident.create": _("Report incident"),
    "incident.pause_clock": _("Pause clock"),
    "incident.reopen": _("Reopen"),
    "incident.resolve": _("Resolve incident"),
    "incident.resume_clock": _("Resume clock"),
    "incident.update": _("Edit incident"),
    "metric.record": _("Record metric"),
    "postmortem.review": _("Review postmortem"),
    "product.create": _("Register product"),
    "product.update": _("Edit product"),
    "rca.approve": _("Approve analysis"),
    "rca.complete": _("Complete analysis"),
    "rca.create": _("Start root cause analysis"),
    "rca.reject": _("Reject analysis"),
    "rca.update": _("Edit analysis"),
    "report.generate": _("Generate report"),
    "review.add_action_item": _("Add action item"),
    "review.cancel": _("Cancel review"),
    "review.complete": _("Complete review"),
    "review.create": _("Schedule review"),
    "review.start": _("Start review"),
    "review.update": _("Edit review"),
    "review.update_action_item": _("Edit action item"),
    "rollback.complete": _("Complete rollback"),
    "rollback.create": _("Request rollback"),
    "rollback.reject": _("Reject rollback"),
    "rollback.start": _("Start rollback"),
    "sla.create": _("Agree service level"),
    "sla.update": _("Edit agreement"),
    "subscription.create": _("Subscribe"),
    "subscription.update": _("Edit subscription"),
    "token.create": _("Issue token"),
    "token.revoke": _("Revoke token"),
    "user.countersign": _("Draw the second share"),
    "user.create": _("Create account"),
    "user.end_access": _("End access"),
    "user.issue_activation": _("Issue activation"),
    "user.permissions": _("Change permissions"),
    "user.reset_second_factor": _("Reset second factor"),
    "user.update": _("Edit account"),
    "user.update_profile": _("Edit profile"),
    "vendor.create": _("Onboard vendor"),
    "vendor.update": _("Edit vendor"),
    "workaround.create": _("Record workaround"),
    "workaround.update": _("Edit workaround"),
}

# Words of field names with a special spelling.
WORDS = {
    "rto": "RTO",
    "rpo": "RPO",
    "sla": "SLA",
    "email": "e-mail",
    "id": "number",
    "ids": "",
    "timezone": "time zone",
}
FIELDS: Mapping[str, str] = {
    "assigned_to_id": _("Assigned to"),
    "assigned_manager_id": _("Incident manager"),
    "author_id": _("Author"),
    "affected_client_ids": _("Affected clients"),
    "event_record_ids": _("Events"),
    "facilitator_user_id": _("Facilitator"),
    "reviewer_user_id": _("Reviewer"),
    "target_user_id": _("Escalate to"),
    "recipient_user_id": _("Recipient"),
    "user_ids": _("Account managers"),
    "classification": _("Facts"),
    "public": _("Public: the client reads it, too"),
    "days": _("Valid for (days)"),
    "payload": _("Body of the request"),
    "meta": _("Details"),
}

# Where the part of a docstring begins that names codes and procedures.
OF_PROGRAMMERS = re.compile(r"\s(?:SOPs? [0-9]|Raises Refusal)")


def label_of(operation: Operation) -> str:
    """The label of the operation's button."""
    return gettext(LABELS.get(operation.name) or field_source(operation.name.replace(".", " ")))


def purpose_of(operation: Operation) -> str:
    """The operation's purpose, without what is for programmers."""
    return gettext(purpose_source(operation))


def purpose_source(operation: Operation) -> str:
    """The English text of a purpose. Those that end in `_source` are what the catalogue contains."""
    return OF_PROGRAMMERS.split(operation.purpose, maxsplit=1)[0].strip()


def field_label(name: str) -> str:
    """A field's name in words: `client_id` is "Client"."""
    return gettext(field_source(name))


def field_source(name: str) -> str:
    """The English words of a field's name."""
    plain = f"{name.removesuffix('_ids')}s" if name.endswith("_ids") else name.removesuffix("_id")
    return FIELDS.get(name) or _plain(plain)


def _plain(name: str) -> str:
    words = [WORDS.get(word, word) for word in name.replace("_", " ").split()]
    return capfirst(" ".join(filter(None, words)))


def value_label(value: object) -> str:
    """A value for people: true is "Yes", a missing one a dash, a machine name its words."""
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, list | tuple):
        return ", ".join(value_label(each) for each in value)
    if isinstance(value, dict):
        return "; ".join(f"{field_label(str(name))}: {value_label(each)}" for name, each in value.items())
    return str(value)


def choice_label(value: object, label: object) -> str:
    """A choice's label; one that was made from its machine name is written as in a sentence."""
    return gettext(choice_source(value, label))


def choice_source(value: object, label: object) -> str:
    """The English text of a choice."""
    made = {str(value), str(value).replace("_", " ").title()}
    return _plain(str(value)) if str(label) in made and "_" in str(value) else str(label)
