"""The page of an operation: its form, refusals, and results."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from approvals.models import Approval
from console.operations.availability import is_act
from console.operations.form import OperationForm
from console.operations.labels import label_of, purpose_of
from console.operations.refusals import Explained
from console.operations.staleness import differences, read_seen, seen_text, seen_values
from console.operations.submission import Done, Refused, Request, perform
from core.console.columns import address_of
from core.console.titles import title_of
from core.context import bind
from core.errors import Refusal
from core.http.problems import problem
from core.operations.authorization import Authorization
from core.operations.dispatch import Discovery, read
from core.operations.entities import find_readable, models_by_type
from core.operations.registry import Operation, registry
from core.reading.discovery import READ

ASK = "approval.request"
# Operations on the viewer's own account, whose page needs no number.
OWN = frozenset({"user.update_profile"})


@dataclass(slots=True)
class Visit:
    """One visit to an operation's page: the viewer, the operation and the record."""

    site: Any
    request: HttpRequest
    operation: Operation
    target: Any
    member: str = ""

    @property
    def actor(self) -> Any:
        return self.request.user

    @property
    def pk(self) -> int | None:
        return self.target.pk if self.target is not None else None

    @property
    def shape(self) -> Any:
        return self.operation.shape(self.member)

    def back(self) -> str:
        """Where the page returns to: the address it was given, the record, or the overview."""
        given = self.request.POST.get("next") or self.request.GET.get("next") or ""
        if url_has_allowed_host_and_scheme(given, allowed_hosts=None) and given.startswith("/console/"):
            return given
        return (address_of(type(self.target), self.pk) if self.target is not None else None) or reverse("admin:index")


def act(site: Any, request: HttpRequest, name: str, pk: int | None = None) -> HttpResponse:
    """The page of an operation. GET shows its form; POST executes it."""
    operation = registry.find(name)
    if operation is None or not is_act(operation):
        raise Http404
    bind(operation=operation)
    law = Authorization(operation, request.user)
    target = None
    try:
        law.before_target()
        target = (
            find_readable(operation.target, _number(request, operation, pk), request.user) if operation.target else None
        )
        law.of_target(target)
    except Refusal as refusal:
        visit = Visit(site, request, operation, target)
        return show(visit, refused=Refused(problem(refusal, pk), refusal.meaning.status))
    visit = Visit(site, request, operation, target, _member(request, operation))
    return _submitted(visit) if request.method == "POST" else show(visit, form=_fresh(visit))


def _number(request: HttpRequest, operation: Operation, pk: int | None) -> int | None:
    return request.user.pk if operation.name in OWN else pk


def _member(request: HttpRequest, operation: Operation) -> str:
    """The member that selects one of several shapes of the body."""
    asked = request.POST.get("shape") or request.GET.get("shape") or ""
    return asked if asked in getattr(operation.body, "by_member", {}) else ""


def _fresh(visit: Visit) -> OperationForm:
    """A new form: of a partial body with the record's values, of any other with those that the address names."""
    given = {name: value for name, value in visit.request.GET.items() if name not in ("next", "shape", "approval")}
    seen = seen_values(visit.target, visit.actor) if visit.operation.partial else given
    return OperationForm(visit.operation, visit.actor, member=visit.member, seen=seen)


def _submitted(visit: Visit) -> HttpResponse:
    posted = visit.request.POST
    approval = _approval(visit)
    seen = read_seen(posted.get("seen", ""))
    form = OperationForm(visit.operation, visit.actor, member=visit.member, typed=posted, seen=seen)
    body: Mapping[str, Any] = (approval.payload or {}) if approval is not None else form.body()
    if form.unresolved and approval is None:
        return show(visit, form=form, refused=_unclear(form))
    if "ask" in posted:
        return _ask(visit, form, body)
    pk, approval_id = visit.pk, approval.pk if approval is not None else None
    key, version = posted.get("key", "")[:64] or uuid4().hex, posted.get("version", "")
    outcome = perform(Request(visit.operation, visit.actor, pk, body, key, version, approval_id, visit.shape))
    if isinstance(outcome, Refused):
        return show(visit, form=form, refused=outcome)
    return finished(visit, outcome)


def _ask(visit: Visit, form: OperationForm, body: Mapping[str, Any]) -> HttpResponse:
    """Request an approval of exactly this body."""
    target = {} if visit.target is None else {"reference_type": visit.target.entity_type, "reference_id": visit.pk}
    reason = visit.request.POST.get("ask-reason", "").strip()
    stated = {"operation": visit.operation.name, "payload": body, **target, **({"reason": reason} if reason else {})}
    key = f"ask-{visit.request.POST.get('key', '')[:64] or uuid4().hex}"
    outcome = perform(Request(registry[ASK], visit.actor, None, stated, key))
    if isinstance(outcome, Refused):
        return show(visit, form=form, refused=outcome)
    return finished(visit, outcome, to=address_of(Approval, outcome.pk))


def _approval(visit: Visit) -> Approval | None:
    """The approval that this visit carries out: the viewer's own, of this operation and record."""
    number = visit.request.POST.get("approval") or visit.request.GET.get("approval") or ""
    if not (number.isascii() and number.isdigit()):
        return None
    found: Approval | None = find_readable("approval", int(number[:18]), visit.actor)
    fits = found is not None and found.operation == visit.operation.name and found.requester_id == visit.actor.pk
    return found if fits else None


def _unclear(form: OperationForm) -> Refused:
    items = form.refusal_items()
    return Refused(
        {"code": "validation_error", "title": _("Please choose"), "detail": "", "errors": items, "sop": []}, 400
    )


def finished(visit: Visit, done: Done, to: str | None = None) -> HttpResponse:
    """The result: a page if there is something to read, otherwise the record."""
    if done.secrets or done.facts or (visit.operation.secret and done.again):
        return _page(visit, "console/done.html", {"done": done, "title": done.title}, 200)
    messages.success(visit.request, _("Done: %(what)s") % {"what": _sentence(done)})
    return HttpResponseRedirect(to or (visit.request.POST.get("next") and visit.back()) or _of(done) or visit.back())


def _sentence(done: Done) -> str:
    return f"{done.title} – {done.record}" if done.record else done.title


def _of(done: Done) -> str | None:
    model = models_by_type().get(done.entity_type)
    return address_of(model, done.pk) if model is not None and done.pk is not None else None


def show(visit: Visit, *, form: OperationForm | None = None, refused: Refused | None = None) -> HttpResponse:
    """The form with the refusal."""
    operation, approval = visit.operation, _approval(visit) if form is not None else None
    explained = Explained(operation, refused.problem, form is not None) if refused is not None else None
    if form is not None and refused is not None:
        form.problem = refused.problem
    stale = refused is not None and refused.problem.get("code") == "stale_version"
    present = seen_values(visit.target, visit.actor) if form is not None and visit.target is not None else {}
    rows = differences(form.seen if form else {}, present, form) if stale and form else []
    if stale and form and operation.partial:
        form = _renewed(visit, form, present)
    context = {
        "title": label_of(operation),
        "operation": operation,
        "purpose": purpose_of(operation),
        "record": title_of(visit.target) if visit.target is not None else "",
        "controls": form.controls() if form is not None and approval is None else [],
        "form": form,
        "refused": explained,
        "differences": rows,
        "approval": approval,
        "key": _key(visit, refused),
        "version": getattr(visit.target, "version", ""),
        "seen": seen_text(present if operation.target else (form.seen if form else {})),
        "back": visit.back(),
        "next": visit.request.POST.get("next") or visit.request.GET.get("next") or "",
        "member": visit.member,
        "variants": getattr(operation.body, "by_member", {}),
    }
    return _page(visit, "console/act.html", context, refused.status if refused is not None else 200)


def _renewed(visit: Visit, form: OperationForm, present: Mapping[str, Any]) -> OperationForm:
    """The form with the record's current values; the input is preserved."""
    typed = {each.name: each.read(each.typed(form.data)) for each in form.inputs if form.touched(each)}
    kept = {name: value for name, value in typed.items() if isinstance(value, str | int | float | bool | list | dict)}
    renewed = OperationForm(visit.operation, visit.actor, member=visit.member, seen={**present, **kept})
    renewed.problem = form.problem
    return renewed


def _key(visit: Visit, refused: Refused | None) -> str:
    """A refused form keeps its key, because nothing was done; one used for another request gets a new key."""
    kept = visit.request.POST.get("key", "")[:64]
    used = refused is not None and refused.problem.get("code") == "idempotency_conflict"
    return kept if kept and not used else uuid4().hex


def _page(visit: Visit, template: str, context: Mapping[str, Any], status: int) -> HttpResponse:
    """A page of the console, recorded in the audit trail."""
    shared = visit.site.each_context(visit.request)
    kind = visit.target.entity_type if visit.target is not None else "console"
    discovery = Discovery(kind, visit.pk, {"view": visit.operation.name}, single=visit.target is not None)

    def answer(*_: Any) -> HttpResponse:
        return TemplateResponse(visit.request, template, {**shared, **context}, status=status).render()

    page: HttpResponse = read(READ, answer, actor=visit.actor, discovery=discovery)
    return page
