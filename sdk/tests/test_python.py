"""The Python client against a live server: an incident's whole life, and a refusal, through typed methods only."""

from datetime import date

import pytest
from ims_client import AuthenticatedClient
from ims_client.api.approvals import approvals_approve, approvals_request
from ims_client.api.auth import auth_activate
from ims_client.api.clients import clients_create
from ims_client.api.communications import communications_create, communications_update
from ims_client.api.components import components_create
from ims_client.api.incident_reports import incident_reports_review
from ims_client.api.incidents import (
    incidents_close,
    incidents_create,
    incidents_list,
    incidents_resolve,
    incidents_timeline,
    incidents_update,
)
from ims_client.api.products import products_create
from ims_client.api.sla_agreements import sla_agreements_bulk_create
from ims_client.api.subscriptions import subscriptions_create
from ims_client.api.users import users_countersign, users_create
from ims_client.api.vendors import vendors_create
from ims_client.api.workarounds import workarounds_create
from ims_client.models import (
    ActivateRequest,
    AgreementsRequest,
    ApprovalRequest,
    ClientRequest,
    CloseRequest,
    CommunicationRequest,
    ComponentRequest,
    DecisionRequest,
    FactsRequest,
    IncidentRequest,
    PatchedDeliveryRequest,
    PatchedIncidentUpdateRequest,
    PostmortemReviewRequest,
    ProductRequest,
    ResolveRequest,
    SeverityEnum,
    SubscriptionRequest,
    TargetsRequest,
    UserRequest,
    VendorRequest,
    WorkaroundRequest,
)
from ims_sdk import Refused, anonymous, answer, download, login

from sdk.tests.conftest import ADMINISTRATOR, EXECUTIVE, Installation

PASSWORD = "nine quiet lanterns drift"
SUPPORT, CONTACT = "tara@example.org", "carl@example.org"
# Severity, minutes to respond, hours to resolve: within the premium tier.
TARGETS: tuple[tuple[SeverityEnum, int, int], ...] = (
    ("P1", 15, 4),
    ("P2", 120, 24),
    ("P3", 480, 72),
    ("P4", 1440, 128),
)


class Team:
    """Three people who log in, and a client contact whom they inform."""

    def __init__(self, installation: Installation) -> None:
        self.address = installation.address
        self.administrator = self.enter(ADMINISTRATOR, installation.administrator)
        self.executive = self.enter(EXECUTIVE, installation.executive)

    def enter(self, email: str, shares: list[str]) -> AuthenticatedClient:
        body = ActivateRequest(shares=shares, password=PASSWORD)
        answer(auth_activate.sync(client=anonymous(self.address), body=body))
        return login(self.address, email, PASSWORD)


def test_a_whole_life_through_typed_methods(installation: Installation) -> None:
    team = Team(installation)
    client_id, component_id = a_client_and_what_it_uses(team)
    support_user = UserRequest(name="Tara Singh", email=SUPPORT, role="technical_support", timezone="UTC")
    made = answer(users_create.sync(client=team.administrator, body=support_user))
    contact_user = UserRequest(
        name="Carl Jensen", email=CONTACT, role="client_contact", timezone="UTC", client_id=client_id
    )
    contact = answer(users_create.sync(client=team.administrator, body=contact_user))
    other = answer(users_countersign.sync(made.id, client=team.executive))
    assert made.activation_share
    assert other.activation_share
    support = team.enter(SUPPORT, [made.activation_share, other.activation_share])

    reported = IncidentRequest(
        reporter_id=made.id,
        client_id=client_id,
        component_id=component_id,
        title="Statements arrive late",
        description="The nightly run took four hours longer.",
        category="performance_degradation",
        impact_level="medium",
        classification=FactsRequest(localized=True),
    )
    incident = answer(incidents_create.sync(client=support, body=reported))
    assert (incident.status, incident.severity) == ("open", "P3")
    work(support, incident.id, contact.id)
    resolved = answer(
        incidents_resolve.sync(incident.id, client=support, body=ResolveRequest(resolution_summary="Index rebuilt."))
    )
    refused_before_the_review(support, incident.id)

    review = PostmortemReviewRequest(comment="Complete.")
    answer(incident_reports_review.sync(resolved.postmortem_report_id, client=team.executive, body=review))
    closed = answer(incidents_close.sync(incident.id, client=support, body=CloseRequest()))

    assert closed.status == "closed"
    assert download(support, resolved.postmortem_report_id, "md").startswith(b"# ")
    page = answer(incidents_list.sync(client=support, status="closed", client_id=client_id))
    assert [each.id for each in page.results] == [incident.id]
    expected = answer(incidents_timeline.sync(incident.id, client=support)).results
    assert {"created", "resolved", "closed"} <= {each.kind for each in expected}


def a_client_and_what_it_uses(team: Team) -> tuple[int, int]:
    """A client that subscribes to a product under agreed service levels; returns its id and the component's."""
    bank = ClientRequest(
        name="Harbour Bank",
        registration_number="HRB-1042",
        contact_email="it@harbour.example",
        client_type="enterprise",
    )
    client = answer(clients_create.sync(client=team.administrator, body=bank))
    product = answer(
        products_create.sync(
            client=team.administrator, body=ProductRequest(product_name="Ledgerline", product_type="banking_system")
        )
    )
    gateway = ComponentRequest(
        product_id=product.id,
        component_name="Statements",
        component_type="database",
        environment="production",
        location="Hamburg",
    )
    component = answer(components_create.sync(client=team.administrator, body=gateway))
    wanted = SubscriptionRequest(
        client_id=client.id,
        product_id=product.id,
        subscription_type="full_service",
        service_level_tier="premium",
        start_date=date(2026, 1, 1),
    )
    subscription = answer(subscriptions_create.sync(client=team.executive, body=wanted))
    promised = [
        TargetsRequest(severity, response, resolution, availability_target=99.9)
        for severity, response, resolution in TARGETS
    ]
    agreements = AgreementsRequest(subscription_id=subscription.id, agreements=promised)
    assert len(answer(sla_agreements_bulk_create.sync(client=team.executive, body=agreements)).agreements) == len(
        TARGETS
    )
    return client.id, component.id


def test_an_elevated_operation_with_its_approval(installation: Installation) -> None:
    team = Team(installation)
    vendor = VendorRequest(
        vendor_name="Second Gateway",
        vendor_type="cloud_service_provider",
        contact_email="hello@second-gateway.example",
        contact_phone="+442079460000",
    )
    with pytest.raises(Refused, match="approval_required"):
        answer(vendors_create.sync(client=team.administrator, body=vendor))

    wanted = ApprovalRequest("vendor.create", payload=vendor.to_dict())
    asked = answer(approvals_request.sync(client=team.administrator, body=wanted))
    answer(approvals_approve.sync(asked.id, client=team.executive, body=DecisionRequest(comment="Go ahead.")))
    made = answer(vendors_create.sync_detailed(client=team.administrator, body=vendor, approval_id=asked.id).parsed)

    assert made.vendor_name == "Second Gateway"


def work(support: AuthenticatedClient, incident_id: int, contact_id: int) -> None:
    """Acknowledge the incident, work around it, inform the client."""
    taken = PatchedIncidentUpdateRequest(status="in_progress")
    assert answer(incidents_update.sync(incident_id, client=support, body=taken)).status == "in_progress"
    tried = WorkaroundRequest(incident_id=incident_id, description="Run on the second node.", effectiveness="effective")
    answer(workarounds_create.sync(client=support, body=tried))
    message = CommunicationRequest(
        incident_id=incident_id,
        recipient_type="client_contact",
        recipient_user_id=contact_id,
        delivery_method="email",
        message_content="Statements run on the second node.",
    )
    said = answer(communications_create.sync(client=support, body=message))
    answer(
        communications_update.sync(said.id, client=support, body=PatchedDeliveryRequest(delivery_status="delivered"))
    )


def refused_before_the_review(support: AuthenticatedClient, incident_id: int) -> None:
    with pytest.raises(Refused) as caught:
        answer(incidents_close.sync(incident_id, client=support, body=CloseRequest()))

    problem = caught.value.problem
    assert (problem.status, problem.code, problem.error_class) == (409, "precondition_failed", "invalid_transition")
    assert [item.code for item in problem.errors] == ["postmortem_not_reviewed"]
    assert problem.next_ == "Fulfil the conditions listed in errors."
    assert problem.sop == [16]
