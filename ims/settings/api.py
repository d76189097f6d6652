"""The REST framework and the schema."""

from ims.docs.tags import DESCRIBED

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["users.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["core.http.permissions.DenyAll"],
    "DEFAULT_THROTTLE_CLASSES": [
        "core.http.throttles.CallerLimit",
        "core.http.throttles.AddressLimit",
        "core.http.throttles.Quota",
    ],
    "DEFAULT_RENDERER_CLASSES": ["core.json.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "core.http.negotiation.QualityNegotiation",
    # `format` is an ordinary query parameter: unknown, except for views that declare it.
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_PARSER_CLASSES": ["core.formats.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "core.http.problems.exception_handler",
    "DEFAULT_SCHEMA_CLASS": "core.schema.OperationSchema",
    "DEFAULT_VERSIONING_CLASS": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "COERCE_DECIMAL_TO_STRING": False,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "TEST_REQUEST_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}

# Abbreviations of the roles, as the conditions of the operations use them.
ROLES = (
    "IM incident manager, TS technical support, SA system administrator, AM account manager, EX executive, "
    "VC vendor contact, CC client contact"
)

SPECTACULAR_SETTINGS = {
    "TITLE": "Incident Management System",
    "DESCRIPTION": (
        "Incident management under a written policy: the server enforces who may do what, and keeps a verifiable "
        "audit trail.\n\nEvery refusal is a problem document (RFC 9457) with a stable `code`, the SOP and the rule "
        "that applied, all failing items together and the next step.\n\n**Safe retries:** every write except "
        "authentication accepts an `Idempotency-Key`, and runs once for each key. **Concurrent changes:** single "
        "records have an `ETag`; with `If-Match`, a write is refused if the record has changed since it was read. "
        "**Lists:** `fields`, `expand`, filters, `search`, `ordering`; `next` is the URL of the following page; "
        "`Accept: text/csv` returns the whole list as a table. **Elevated operations** need an approval of exactly "
        f"this request: POST /api/v1/approvals/, then `Approval-Id`.\n\nRoles in conditions: {ROLES}."
    ),
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": True,
    # Labels would only repeat the values.
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SERVERS": [{"url": "/", "description": "This installation"}],
    "LICENSE": {"name": "MIT License", "identifier": "MIT"},
    "TAGS": DESCRIBED,
    "POSTPROCESSING_HOOKS": [
        "core.schema.postprocessing.enums.share_enums",
        "core.schema.postprocessing.enums.name_values",
        "core.schema.postprocessing.enums.refer_to_enums",
        "ims.docs.naming.name_operations",
        "core.schema.postprocessing.links.link_records",
        "core.schema.postprocessing.ids.mark_ids",
        "ims.docs.illustration.illustrate",
        "core.schema.postprocessing.sharing.share_parts",
    ],
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            "token": {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": "The header `Authorization: Token <token>`; tokens come from POST /api/v1/auth/token/.",
            }
        }
    },
    # Names of enumerations whose choices are shared by several classes; all other enumerations are named after their
    # class.
    "ENUM_NAME_OVERRIDES": {"OrganisationStatusEnum": "vendors.choices.VendorStatus"},
}
