"""An audit entry as one sentence."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.choices import Origin
from audit.disclosure import changes_for
from audit.models import AuditEntry
from console.operations.labels import field_label
from console.titles import operation_label
from core.console.columns import address_of, defer_imported
from core.console.titles import title_of
from core.operations.entities import models_by_type
from core.verbs import Verb
from incidents.codes import incident_code

# Types whose titles are looked up on one page, the most frequent first; further records are named by type and number.
MOST_TYPES = 6
MOST_FIELDS = 5
DID: Mapping[str, Any] = {
    Verb.CREATE: gettext_lazy("recorded %(what)s"),
    Verb.UPDATE: gettext_lazy("changed %(what)s"),
    Verb.ESCALATE: gettext_lazy("escalated with %(what)s"),
    Verb.NOTIFY: gettext_lazy("informed with %(what)s"),
    Verb.RESOLVE: gettext_lazy("resolved %(what)s"),
    Verb.CLOSE: gettext_lazy("closed %(what)s"),
    Verb.REVIEW: gettext_lazy("reviewed %(what)s"),
    Verb.APPROVE: gettext_lazy("approved %(what)s"),
    Verb.REJECT: gettext_lazy("rejected %(what)s"),
    Verb.ENTITY_DISCOVERY: gettext_lazy("read %(what)s"),
}
OTHERWISE = gettext_lazy("acted on %(what)s")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One act: who did what to which record, and which fields changed."""

    entry: AuditEntry
    who: str
    did: str
    address: str | None
    by: str
    changed: str
    marks: tuple[str, ...]


def sentences_of(entries: Iterable[AuditEntry], viewer: Any) -> list[Sentence]:
    """The entries as sentences; the titles of their records take one statement for each of the frequent types."""
    listed = list(entries)
    titles = _titles(listed, viewer)
    return [_sentence(each, titles, viewer) for each in listed]


def _titles(entries: list[AuditEntry], viewer: Any) -> dict[tuple[str, int], str]:
    wanted: dict[str, set[int]] = defaultdict(set)
    for each in entries:
        if each.reference_id is not None and each.reference_type in models_by_type():
            wanted[each.reference_type].add(each.reference_id)
    found = {}
    for kind in sorted(wanted, key=lambda kind: -len(wanted[kind]))[:MOST_TYPES]:
        readable = models_by_type()[kind].objects.visible_to(viewer).filter(pk__in=wanted[kind])
        found.update({(kind, record.pk): title_of(record) for record in defer_imported(readable)})
    return found


def _sentence(entry: AuditEntry, titles: Mapping[tuple[str, int], str], viewer: Any) -> Sentence:
    model = models_by_type().get(entry.reference_type)
    pk = entry.reference_id
    changes = changes_for(viewer, entry.reference_type, entry.changes)
    fields = [field_label(name) for name in changes] if entry.action != Verb.CREATE else []
    more = ["…"] if len(fields) > MOST_FIELDS else []
    return Sentence(
        entry,
        str(entry.user.name),
        str(DID.get(entry.action, OTHERWISE)) % {"what": _what(entry, titles)},
        address_of(model, pk) if model is not None and pk is not None else None,
        operation_label(entry.operation) if entry.operation else "",
        ", ".join([*fields[:MOST_FIELDS], *more]),
        tuple(_marks(entry)),
    )


def _what(entry: AuditEntry, titles: Mapping[tuple[str, int], str]) -> str:
    """The record's title, or its type in words and its number."""
    kind, pk = field_label(entry.reference_type).lower(), entry.reference_id
    if pk is None:
        return _("the list of: %(kind)s") % {"kind": kind}
    if entry.reference_type == "incident":
        code = incident_code(pk)
        title = titles.get(("incident", pk), "")
        return title if title.startswith(code) else f"{code} {title}".strip()
    named = titles.get((entry.reference_type, pk))
    if named is None:
        return f"{kind} {pk}"
    return named if named.lower().startswith(kind) else f"{kind} {named}"


def _marks(entry: AuditEntry) -> Iterable[str]:
    if entry.agent:
        yield _("through the agent %(agent)s") % {"agent": entry.agent}
    if entry.origin == Origin.STATED:
        yield _("stated by a user, no evidence")
    if entry.origin == Origin.IMPORTED:
        yield _("imported")
