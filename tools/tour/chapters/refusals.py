"""One refusal of every kind that a client can cause."""

from datetime import timedelta

from core.codes import Code
from tools.tour.chapters.incidents import OUTAGE
from tools.tour.chapters.providers import GATEWAY
from tools.tour.steps import CREATED, Chapter, Step

ANOTHER = {**GATEWAY, "vendor_name": "Fourth Gateway Ltd", "contact_email": "hello@fourth-gateway.example"}
OTHER_CATEGORY = {**OUTAGE, "category": "network_issue"}
WRONG = {"email": "tom@ims.example", "password": "not the password"}
ATTEMPTS = 5
TOO_MANY_BYTES = 2_000_000
THE_INCIDENT = "/incidents/{incident.id}/"
OPEN_INCIDENT = "/incidents/{detected.incident.id}/"

TOO_LATE = Chapter(
    "Rate and time limits.",
    (
        *(
            Step("", "guesses Tom's password", "POST /auth/token/", WRONG, refused=Code.INVALID_CREDENTIALS)
            for _ in range(ATTEMPTS - 1)
        ),
        Step("", "guesses once too often", "POST /auth/token/", WRONG, refused=Code.LOCKED_OUT),
        Step(
            "ines",
            "uses an expired token a month later",
            "GET /me/",
            refused=Code.TOKEN_EXPIRED,
            after=timedelta(days=31),
        ),
    ),
)
CHAPTERS = (
    Chapter(
        "What is wrong with the request itself.",
        (
            Step(
                "ines",
                "makes three mistakes in one request",
                "POST /incidents/",
                {**OUTAGE, "category": "bad_luck", "client_id": 999_999, "priority": 1},
                refused=Code.VALIDATION_ERROR,
            ),
            Step(
                "ines",
                "sends an unknown field",
                f"PATCH {OPEN_INCIDENT}",
                {"priority": 1},
                refused=Code.UNKNOWN_FIELD,
            ),
            Step(
                "ines",
                "names a client that does not exist",
                "POST /incidents/",
                {**OTHER_CATEGORY, "client_id": 999_999},
                refused=Code.INVALID_REFERENCE,
            ),
            Step("ines", "uses an unknown filter", "GET /incidents/?priority=1", refused=Code.INVALID_FILTER),
            Step(
                "ines", "sends incomplete JSON", f"PATCH {OPEN_INCIDENT}", raw='{"title": ', refused=Code.MALFORMED_BODY
            ),
            Step("ines", "requests a missing record", "GET /incidents/999999/", refused=Code.NOT_FOUND),
            Step("ines", "tries to delete an incident", f"DELETE {THE_INCIDENT}", refused=Code.METHOD_NOT_ALLOWED),
            Step(
                "ines",
                "requests an image",
                f"GET {THE_INCIDENT}",
                headers={"Accept": "image/png"},
                refused=Code.NOT_ACCEPTABLE,
            ),
            Step(
                "ines",
                "sends two megabytes",
                f"PATCH {OPEN_INCIDENT}",
                raw='{"description": "' + "x" * TOO_MANY_BYTES + '"}',
                refused=Code.BODY_TOO_LARGE,
            ),
            Step(
                "ines",
                "sends a form",
                f"PATCH {OPEN_INCIDENT}",
                raw="title=Payments",
                headers={"Content-Type": "application/x-www-form-urlencoded"},
                refused=Code.UNSUPPORTED_MEDIA_TYPE,
            ),
        ),
    ),
    Chapter(
        "Missing permissions.",
        (
            Step("", "sends no token", "POST /incidents/", OTHER_CATEGORY, refused=Code.NOT_AUTHENTICATED),
            Step("ada", "has the wrong role", "POST /incidents/", OTHER_CATEGORY, refused=Code.ROLE_NOT_PERMITTED),
            Step("sam", "sets Tom on leave", "PATCH /users/{tom.id}/permissions/", {"status": "on_leave"}),
            Step("tom", "sends a request while on leave", "GET /me/", refused=Code.USER_INACTIVE),
            Step("sam", "sets him back to active", "PATCH /users/{tom.id}/permissions/", {"status": "active"}),
            Step(
                "tom",
                "submits Tara's article",
                "POST /knowledge-articles/{article.id}/submit/",
                refused=Code.OUT_OF_SCOPE,
            ),
            Step(
                "tara",
                "resolves in Ines's name",
                f"POST {OPEN_INCIDENT}resolve/",
                {"resolution_summary": "The volume was emptied.", "resolved_by": "{ines.id}"},
                refused=Code.ACTOR_MISMATCH,
            ),
            Step(
                "ines",
                "lowers the severity of her own incident",
                f"PATCH {OPEN_INCIDENT}",
                {"severity": "P4", "severity_override_reason": "It looks better now."},
                refused=Code.SEGREGATION_OF_DUTIES,
            ),
            Step(
                "sam",
                "onboards a vendor without an approval",
                "POST /vendors/",
                ANOTHER,
                refused=Code.APPROVAL_REQUIRED,
            ),
            Step(
                "sam",
                "uses an approval a second time",
                "POST /vendors/",
                ANOTHER,
                headers={"Approval-Id": "{vendor_approval.id}"},
                refused=Code.APPROVAL_INVALID,
            ),
        ),
    ),
    Chapter(
        "Conflicts with existing records.",
        (
            Step(
                "ada",
                "registers a client twice",
                "POST /clients/",
                {
                    "name": "Harbour Bank",
                    "registration_number": "HRB-1042",
                    "contact_email": "it@harbour.example",
                    "client_type": "enterprise",
                },
                refused=Code.DUPLICATE,
            ),
            Step(
                "tara",
                "reports a duplicate",
                "POST /incidents/",
                {
                    "reporter_id": "{tara.id}",
                    "client_id": "{client.id}",
                    "component_id": "{component.id}",
                    "title": "The disk is full",
                    "description": "No connections.",
                    "category": "capacity_issue",
                    "impact_level": "high",
                    "severity": "P2",
                },
                refused=Code.DUPLICATE_OPEN_INCIDENT,
            ),
            Step(
                "ines",
                "reopens a closed incident",
                f"POST {THE_INCIDENT}reopen/",
                {"reason": "One more look."},
                refused=Code.INVALID_TRANSITION,
            ),
            Step(
                "ines",
                "resolves too early",
                f"POST {OPEN_INCIDENT}resolve/",
                {"resolution_summary": "The volume was emptied."},
                refused=Code.PRECONDITION_FAILED,
            ),
            Step(
                "ines",
                "sends an outdated version",
                f"PATCH {OPEN_INCIDENT}",
                {"title": "The volume is full"},
                headers={"If-Match": '"99"'},
                refused=Code.STALE_VERSION,
            ),
            Step(
                "tara",
                "adds a note with an Idempotency-Key",
                f"POST {OPEN_INCIDENT}notes/",
                {"body": "The volume is full since noon."},
                expect=CREATED,
                headers={"Idempotency-Key": "volume-1"},
            ),
            Step(
                "tara",
                "uses the key for another note",
                f"POST {OPEN_INCIDENT}notes/",
                {"body": "The volume was emptied."},
                headers={"Idempotency-Key": "volume-1"},
                refused=Code.IDEMPOTENCY_CONFLICT,
            ),
            Step(
                "tara",
                "states a severity that is too low",
                "POST /incidents/",
                {**OTHER_CATEGORY, "severity": "P4"},
                refused=Code.SEVERITY_MISMATCH,
            ),
            Step(
                "ines",
                "records a metric that cannot be derived",
                "POST /metrics/",
                {"incident_id": "{incident.id}", "metric_type": "mean_time_to_detect"},
                refused=Code.CALCULATION_FAILED,
            ),
        ),
    ),
    Chapter(
        "A laptop is lost.",
        (Step("sam", "ends all access of Carl's", "POST /users/{carl.id}/end-access/"),),
    ),
    TOO_LATE,
)
