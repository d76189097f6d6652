"""Clients, their people, subscriptions and agreements (SOP 3 to 6, 10, 11, 26)."""

from tools.demo.cast import CAST
from tools.tour.chapters.founding import countersigning, entering, shares_of
from tools.tour.steps import CREATED, Chapter, Step

CARL, VERA = (next(person for person in CAST if person.key == key) for key in ("carl", "vera"))
WORKING_DAYS = ("mon", "tue", "wed", "thu", "fri")


def targets(severity: str, response: int, resolution: int) -> dict[str, object]:
    """The targets for one severity: minutes to respond, hours to resolve."""
    return {
        "severity_level": severity,
        "response_time_minutes": response,
        "resolution_time_hours": resolution,
        "availability_target": 99.9,
    }


CHAPTERS = (
    Chapter(
        "An account manager who creates a client is assigned to it.",
        (
            Step(
                "ada",
                "registers a client",
                "POST /clients/",
                {
                    "name": "Harbour Bank",
                    "registration_number": "HRB-1042",
                    "contact_email": "it@harbour.example",
                    "client_type": "enterprise",
                    "contact_phone": "+49301234567",
                    "address": "Am Hafen 1, 20457 Hamburg",
                },
                CREATED,
                "client",
                shows=("id", "status"),
            ),
        ),
        sop=3,
    ),
    Chapter(
        "An update with `If-Match` is refused if someone else has changed the record in the meantime.",
        (
            Step(
                "ada",
                "corrects the address",
                "PATCH /clients/{client.id}/",
                {"address": "Am Hafen 3, 20457 Hamburg"},
                headers={"If-Match": "{client.etag}"},
                shows=("address",),
            ),
            Step(
                "sam",
                "assigns the client's managers",
                "PUT /clients/{client.id}/account-managers/",
                {"user_ids": ["{ada.id}"]},
                shows=("user_ids",),
            ),
        ),
        sop=4,
    ),
    Chapter(
        "Users cannot set another person's password, and no single person can activate an account: the response "
        "contains one of two shares, shown only once, and a second person issues the other.",
        (
            Step(
                "sam",
                "adds the client's contact",
                "POST /users/",
                {
                    "name": CARL.name,
                    "email": CARL.email,
                    "role": str(CARL.role),
                    "timezone": CARL.timezone,
                    "client_id": "{client.id}",
                },
                CREATED,
                "carl",
                shows=("role",),
            ),
            Step(
                "sam",
                "adds the vendor's contact",
                "POST /users/",
                {
                    "name": VERA.name,
                    "email": VERA.email,
                    "role": str(VERA.role),
                    "timezone": VERA.timezone,
                    "vendor_id": "{vendor.id}",
                },
                CREATED,
                "vera",
                shows=("role",),
            ),
            Step(
                "sam",
                "reissues a lost share; the former one is void",
                "POST /users/{vera.id}/activation-token/",
                keep="vera",
                shows=("status",),
            ),
            countersigning("carl"),
            countersigning("vera"),
            Step(
                "sam",
                "corrects a name",
                "PATCH /users/{carl.id}/",
                {"name": CARL.name, "department": CARL.department},
                shows=("department",),
            ),
        ),
        sop=5,
    ),
    Chapter(
        "With both shares they set their own passwords.",
        (
            *entering(CARL.key, CARL.email, shares_of("carl")),
            *entering(VERA.key, VERA.email, shares_of("vera")),
        ),
    ),
    Chapter(
        "Roles and statuses of others; your own profile is `PATCH /me/`.",
        (
            Step(
                "sam",
                "sets Tom on leave",
                "PATCH /users/{tom.id}/permissions/",
                {"status": "on_leave"},
                shows=("status",),
            ),
            Step(
                "sam",
                "and back to active",
                "PATCH /users/{tom.id}/permissions/",
                {"status": "active"},
                shows=("status",),
            ),
            Step("tom", "moves", "PATCH /me/", {"timezone": "Europe/Vienna"}, shows=("timezone",)),
        ),
        sop=6,
    ),
    Chapter(
        "A subscription states which product a client uses, and at which tier.",
        (
            Step(
                "ada",
                "creates the subscription",
                "POST /subscriptions/",
                {
                    "client_id": "{client.id}",
                    "product_id": "{product.id}",
                    "subscription_type": "full_service",
                    "service_level_tier": "premium",
                    "start_date": "2026-01-01",
                    "recovery_objectives": {"rto_minutes": 240, "rpo_minutes": 60},
                },
                CREATED,
                "subscription",
                shows=("id", "status"),
            ),
            Step(
                "ada",
                "sets its end",
                "PATCH /subscriptions/{subscription.id}/",
                {"end_date": "2030-12-31"},
                shows=("end_date",),
            ),
        ),
        sop=10,
    ),
    Chapter(
        "Targets lie within the subscription's tier, and a less severe incident must not have a shorter one. All "
        "agreements are created together or none.",
        (
            Step(
                "eva",
                "creates agreements for three severities",
                "POST /sla-agreements/bulk/",
                {
                    "subscription_id": "{subscription.id}",
                    "agreements": [
                        targets("P1", 15, 4),
                        {**targets("P2", 120, 24), "pauses_allowed": True},
                        targets("P3", 480, 72),
                    ],
                },
                CREATED,
                "agreements",
                shows=("subscription_id",),
            ),
        ),
        sop=26,
    ),
    Chapter(
        "Single agreements, their changes, and the business hours in which their clocks run.",
        (
            Step(
                "eva",
                "creates the last agreement",
                "POST /sla-agreements/",
                {"subscription_id": "{subscription.id}", **targets("P4", 1440, 128)},
                CREATED,
                "agreement",
                shows=("id", "status"),
            ),
            Step(
                "eva",
                "relaxes a target",
                "PATCH /sla-agreements/{agreements.agreements.2.id}/",
                {"response_time_minutes": 500},
                shows=("response_time_minutes",),
            ),
            Step(
                "ada",
                "sets the client's business hours",
                "PUT /clients/{client.id}/calendar/",
                {
                    "timezone": "Europe/Berlin",
                    "weekly_hours": {day: [["08:00", "18:00"]] for day in WORKING_DAYS},
                    "country": "DE",
                    "holidays": ["2026-12-24"],
                },
                shows=("country",),
            ),
        ),
        sop=11,
    ),
)
