"""Operations in the console: forms, their effects, and refusals."""

import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client as Browser

from approvals.models import Approval
from audit.models import AuditEntry
from clients.models import Client
from core.console.admin import RecordAdmin
from incidents.models import Incident, IncidentNote
from tests.clients.factories import ClientFactory
from tests.console.world import BACKEND, PASSWORD, browser, page_of, registered
from tests.incidents.factories import IncidentFactory
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, SA, TS
from users.models import User
from vendors.models import Vendor

VENDOR = {
    "vendor_name": "Second Gateway",
    "contact_email": "ops@gateway.example",
    "contact_phone": "+4930123456",
    "vendor_type": "cloud_service_provider",
}


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of the page's form."""
    form = html[html.index('class="ims-form"') :]
    pairs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {name: value.replace("&quot;", '"').replace("&#x27;", "'").replace("&amp;", "&") for name, value in pairs}


def open_form(visitor: Browser, address: str) -> dict[str, str]:
    answer = visitor.get(address)
    assert answer.status_code == 200, answer.content.decode()
    return hidden(answer.content.decode())


def send(visitor: Browser, address: str, **typed: Any) -> Any:
    return visitor.post(address, {**open_form(visitor, address), **typed})


def writes() -> int:
    return AuditEntry.objects.exclude(action="entity_discovery").count()


# -- forms act through the dispatcher


def test_a_note_is_written_and_audited_in_the_writers_name(db: None) -> None:
    person, incident = UserFactory(role=TS), IncidentFactory()
    answer = send(browser(person), f"/console/act/incident.add_note/{incident.pk}/", body="Restarted the gateway")
    assert (answer.status_code, answer.headers["Location"]) == (302, page_of(incident))
    note = IncidentNote.objects.get(incident=incident)
    assert (note.body, note.created_by_id, note.public) == ("Restarted the gateway", person.pk, False)
    assert AuditEntry.objects.filter(operation="incident.add_note", user=person).exists()


def test_a_record_is_created_and_its_page_opens(db: None) -> None:
    visitor = browser(UserFactory(role=SA))
    answer = send(visitor, "/console/act/product.create/", product_name="Ledger", product_type="banking_system")
    assert "Done: Register product – Ledger" in visitor.get(answer.headers["Location"]).content.decode()


def test_a_double_submit_acts_once(db: None) -> None:
    visitor, incident = browser(UserFactory(role=TS)), IncidentFactory()
    address = f"/console/act/incident.add_note/{incident.pk}/"
    form = {**open_form(visitor, address), "body": "Only once"}
    answers = [visitor.post(address, form) for _ in range(2)]
    assert [each.status_code for each in answers] == [302, 302]
    assert IncidentNote.objects.filter(incident=incident).count() == 1


def test_a_forms_key_is_not_used_for_another_request(db: None) -> None:
    visitor, incident = browser(UserFactory(role=TS)), IncidentFactory()
    address = f"/console/act/incident.add_note/{incident.pk}/"
    form = open_form(visitor, address)
    visitor.post(address, {**form, "body": "First"})
    answer = visitor.post(address, {**form, "body": "Second"})
    assert (answer.status_code, 'data-code="idempotency_conflict"' in answer.content.decode()) == (409, True)
    assert visitor.post(address, {**hidden(answer.content.decode()), "body": "Second"}).status_code == 302


def test_only_changed_fields_are_sent(db: None) -> None:
    person, client = UserFactory(role=SA), ClientFactory(name="Old name")
    visitor, address = browser(person), f"/console/act/client.update/{client.pk}/"
    form = open_form(visitor, address)
    shown = {name: getattr(client, name) for name in ("registration_number", "contact_email", "client_type", "status")}
    visitor.post(address, {**form, **shown, "contact_phone": "", "address": "", "name": "New name"})
    client.refresh_from_db()
    assert client.name == "New name"
    entry = AuditEntry.objects.filter(operation="client.update").latest("id")
    assert "registration_number" not in str(entry.meta)


def test_a_stale_form_shows_the_differences_and_keeps_the_input(db: None) -> None:
    person, client = UserFactory(role=SA), ClientFactory(name="Before", address="One Street")
    visitor, address = browser(person), f"/console/act/client.update/{client.pk}/"
    form = open_form(visitor, address)
    Client.objects.get(pk=client.pk).change(name="Meanwhile")
    answer = visitor.post(address, {**form, **shape_of(client), "name": "Before", "address": "Two Street"})
    html = answer.content.decode()
    assert (answer.status_code, 'data-code="stale_version"' in html) == (412, True)
    assert re.search(r"Before</td>\s*<td>Meanwhile", html)
    assert "Two Street" in html
    again = {**hidden(html), **shape_of(client), "name": "Meanwhile", "address": "Two Street"}
    assert visitor.post(address, again).status_code == 302
    client.refresh_from_db()
    assert (client.name, client.address) == ("Meanwhile", "Two Street")


def shape_of(client: Any) -> dict[str, str]:
    names = ("registration_number", "contact_email", "client_type", "contact_phone", "status")
    return {name: str(getattr(client, name) or "") for name in names}


# -- authority


def test_a_vendor_is_onboarded_through_an_approval_of_exactly_this_body(db: None) -> None:
    requester, approver = UserFactory(role=SA), UserFactory(role=EX)
    visitor = browser(requester)
    refused = send(visitor, "/console/act/vendor.create/", **VENDOR)
    html = refused.content.decode()
    assert (refused.status_code, 'data-code="approval_required"' in html) == (403, True)
    assert 'name="ask"' in html
    asked = visitor.post("/console/act/vendor.create/", {**hidden(html), **VENDOR, "ask": "1", "ask-reason": "Needed"})
    approval = Approval.objects.get(requester=requester)
    assert asked.headers["Location"] == page_of(approval)
    assert (approval.payload, approval.reason) == (VENDOR, "Needed")

    send(browser(approver), f"/console/act/approval.approve/{approval.pk}/", comment="Fine")
    assert Vendor.objects.count() == 0

    carried_out = f"/console/act/vendor.create/?approval={approval.pk}"
    assert "Second Gateway" in visitor.get(carried_out).content.decode()
    answer = send(visitor, carried_out)
    assert answer.status_code == 302, answer.content.decode()
    assert Vendor.objects.get().vendor_name == "Second Gateway"
    approval.refresh_from_db()
    assert approval.status == "consumed"


def test_another_persons_approval_is_not_carried_out(db: None) -> None:
    approval = Approval(operation="vendor.create", payload=VENDOR, digest="0" * 64, requester=UserFactory(role=SA))
    approval.save()
    answer = send(browser(UserFactory(role=SA)), f"/console/act/vendor.create/?approval={approval.pk}")
    assert (answer.status_code, Vendor.objects.count()) == (400, 0)


def test_requesters_cannot_decide_their_own_requests(db: None) -> None:
    person = UserFactory(role=EX)
    approval = Approval(operation="vendor.create", payload=VENDOR, digest="0" * 64, requester=person)
    approval.save()
    answer = browser(person).get(f"/console/act/approval.approve/{approval.pk}/")
    assert (answer.status_code, 'data-code="segregation_of_duties"' in answer.content.decode()) == (403, True)


# -- refusals


def test_a_refusal_shows_every_item_the_sop_the_rule_and_the_next_step(db: None) -> None:
    incident = IncidentFactory(status="in_progress")
    answer = send(
        browser(UserFactory(role=IM)), f"/console/act/incident.resolve/{incident.pk}/", resolution_summary="Fixed"
    )
    html = answer.content.decode()
    assert (answer.status_code, 'data-code="precondition_failed"' in html) == (409, True)
    for text in ("The impact is not demonstrably mitigated", "The client has not been informed", "SOP 16", "ready to"):
        assert text in html
    assert "Fixed" in html


def test_a_foreign_client_is_refused_with_the_rule(db: None) -> None:
    answer = browser(UserFactory(role=AM)).get(f"/console/act/client.update/{ClientFactory().pk}/")
    assert (answer.status_code, 'data-code="out_of_scope"' in answer.content.decode()) == (403, True)


def test_a_bad_value_is_named_at_its_field_and_nothing_typed_is_lost(db: None) -> None:
    answer = send(
        browser(UserFactory(role=EX)), "/console/act/vendor.create/", **{**VENDOR, "contact_email": "nonsense"}
    )
    html = answer.content.decode()
    assert answer.status_code == 400
    assert re.search(r'name="contact_email" value="nonsense"[^>]*aria-invalid="true"', html)
    assert "Second Gateway" in html


def test_who_may_not_act_learns_nothing_of_the_form(db: None) -> None:
    answer = browser(UserFactory(role=TS)).get("/console/act/vendor.create/")
    html = answer.content.decode()
    assert (answer.status_code, "vendor_name" in html) == (403, False)
    assert "Hand over to a person" in html


def test_a_name_selects_its_record_and_an_ambiguous_one_lists_choices(db: None) -> None:
    for number in range(60):
        ClientFactory(name=f"Northern Bank {number:02}")
    visitor, person = browser(UserFactory(role=IM)), UserFactory(role=TS)
    typed = {
        "reporter_id": str(person.pk),
        "title": "Slow",
        "description": "Slow",
        "category": "api_error",
        "impact_level": "low",
        "severity": "P3",
    }
    unclear = send(visitor, "/console/act/incident.create/", **typed, client_id="Northern Bank 1")
    assert (unclear.status_code, "Several match" in unclear.content.decode()) == (400, True)
    answer = send(visitor, "/console/act/incident.create/", **typed, client_id="northern bank 17")
    assert answer.status_code == 302, answer.content.decode()
    assert Incident.objects.get().client.name == "Northern Bank 17"


# -- secrets


def test_a_share_is_shown_once_and_never_stored(db: None) -> None:
    visitor = browser(UserFactory(role=SA))
    form = open_form(visitor, "/console/act/user.create/")
    typed = {"name": "New", "email": "new@example.com", "role": "technical_support", "timezone": "UTC"}
    first = visitor.post("/console/act/user.create/", {**form, **typed})
    share = re.search(r"<code>([^<]+)</code>", first.content.decode())
    assert share
    again = visitor.post("/console/act/user.create/", {**form, **typed})
    assert (again.status_code, share[1] in again.content.decode()) == (200, False)
    assert User.objects.filter(email="new@example.com").count() == 1


# -- what writes, and what does not


def test_opening_pages_writes_nothing_but_discoveries(db: None) -> None:
    person, incident = UserFactory(role=IM), IncidentFactory()
    visitor = browser(person)
    before = writes()
    for name in ("incident.update", "incident.resolve", "incident.close", "incident.add_note"):
        visitor.get(f"/console/act/{name}/{incident.pk}/")
    visitor.get("/console/act/vendor.create/")
    visitor.get(page_of(incident))
    assert writes() == before


def test_a_post_without_the_forms_token_is_refused(db: None) -> None:
    person, incident = UserFactory(role=IM), IncidentFactory()
    visitor = Browser(enforce_csrf_checks=True)
    visitor.force_login(person, backend=BACKEND)
    answer = visitor.post(f"/console/act/incident.add_note/{incident.pk}/", {"body": "x", "key": "1"})
    assert (answer.status_code, IncidentNote.objects.count()) == (403, 0)


@pytest.mark.parametrize("model", registered(), ids=lambda model: model.__name__)
def test_the_admin_saves_no_model(model: Any) -> None:
    page = registered()[model]
    assert isinstance(page, RecordAdmin)
    for name in ("has_add_permission", "has_change_permission", "has_delete_permission"):
        assert getattr(page, name)(None) is False
    assert page.actions is None
    for write in ("save_model", "save_related", "save_formset", "delete_model", "delete_queryset"):
        with pytest.raises(PermissionDenied):
            getattr(page, write)(None, model())


def test_a_login_page_opens_no_action(db: None) -> None:
    UserFactory(role=CC, password=PASSWORD)
    answer = Browser().get("/console/act/incident.create/")
    assert answer.headers["Location"] == "/console/login/?next=/console/act/incident.create/"
