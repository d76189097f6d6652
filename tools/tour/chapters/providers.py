"""Vendors, products, components (SOP 7 to 9)."""

from tools.tour.steps import CREATED, Chapter, Step

GATEWAY = {
    "vendor_name": "Second Gateway Ltd",
    "contact_email": "hello@second-gateway.example",
    "contact_phone": "+442079460000",
    "vendor_type": "cloud_service_provider",
}
APPROVED = {"Approval-Id": "{vendor_approval.id}"}

CHAPTERS = (
    Chapter(
        "Onboarding a vendor is an elevated operation: an executive performs it directly, everyone else requests an "
        "executive's approval of exactly this request, and then names the approval. Without it the response is "
        "`approval_required`.",
        (
            Step(
                "sam",
                "requests an approval",
                "POST /approvals/",
                {"operation": "vendor.create", "payload": GATEWAY, "reason": "We need a second gateway."},
                CREATED,
                "vendor_approval",
                shows=("id", "status"),
            ),
            Step(
                "eva",
                "reads the request, and approves it",
                "POST /approvals/{vendor_approval.id}/approve/",
                {"comment": "Agreed."},
                shows=("status",),
            ),
            Step(
                "sam",
                "sends the same request with the approval",
                "POST /vendors/",
                GATEWAY,
                CREATED,
                "vendor",
                APPROVED,
                shows=("id", "status"),
            ),
            Step(
                "ines",
                "corrects a contact",
                "PATCH /vendors/{vendor.id}/",
                {"contact_phone": "+442079460001"},
                headers={"If-Match": "{vendor.etag}"},
                shows=("contact_phone",),
            ),
        ),
        sop=7,
    ),
    Chapter(
        "Clients subscribe to products; a product may belong to a vendor.",
        (
            Step(
                "tara",
                "records a product",
                "POST /products/",
                {
                    "product_name": "Harbour Payments",
                    "product_type": "payment_processing",
                    "version": "4.2",
                    "vendor_id": "{vendor.id}",
                },
                CREATED,
                "product",
                shows=("id", "status"),
            ),
            Step("tara", "sets a new version", "PATCH /products/{product.id}/", {"version": "4.3"}, shows=("version",)),
        ),
        sop=8,
    ),
    Chapter(
        "Incidents affect components. Some are documented with their ports.",
        (
            Step(
                "tara",
                "documents a component",
                "POST /components/",
                {
                    "product_id": "{product.id}",
                    "component_name": "gateway-1",
                    "component_type": "payment_gateway",
                    "environment": "production",
                    "location": "Frankfurt",
                    "ports": [443, 8443],
                },
                CREATED,
                "component",
                shows=("id", "status"),
            ),
            Step(
                "tom",
                "marks it as degraded",
                "PATCH /components/{component.id}/",
                {"status": "degraded"},
                shows=("status",),
            ),
        ),
        sop=9,
    ),
)
