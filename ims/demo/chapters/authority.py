"""Duties, scope and borrowed authority."""

from ims.demo.story import Story


def duties(story: Story) -> None:
    """Segregation of duties and scope"""
    incident = story.facts["incident"]
    lower = {"severity": "P3", "severity_override_reason": "It looks better now."}
    story.refused(
        "ines",
        "opened it, so she cannot lower it",
        "PATCH",
        f"/incidents/{incident['id']}/",
        lower,
        expect="segregation_of_duties",
    )
    me = story.does("ines", "reads her own account", "GET", "/me/")
    promoted = {"role": "executive"}
    story.refused(
        "ines", "promotes herself", "PATCH", f"/users/{me['id']}/permissions/", promoted, expect="segregation_of_duties"
    )
    foreign = next(
        each
        for each in story.does("ines", "lists incidents", "GET", "/incidents/?page_size=200")["results"]
        if each["client_id"] != story.facts["carl"]["client_id"]
    )
    story.refused("carl", "opens another client's incident", "GET", f"/incidents/{foreign['id']}/", expect="not_found")


def authority(story: Story) -> None:
    """Borrowed authority: approvals"""
    body = {
        "vendor_name": "Second Gateway Ltd",
        "contact_email": "hello@second-gateway.example",
        "contact_phone": "+442079460000",
        "vendor_type": "cloud_service_provider",
    }
    story.refused("sam", "onboards a vendor", "POST", "/vendors/", body, expect="approval_required")
    question = {"operation": "vendor.create", "payload": body}
    request = {**question, "reason": "We need a second gateway."}
    checked = story.does("sam", "asks what is missing", "POST", "/approvals/check/", question)
    story.console.print(f"   {checked['decision']}: {checked['next']}")
    asked = story.does("sam", "requests an approval of exactly this", "POST", "/approvals/", request, expect=201)
    number = str(asked["id"])
    story.refused("sam", "approves it himself", "POST", f"/approvals/{number}/approve/", expect="role_not_permitted")
    story.does("eva", "approves it", "POST", f"/approvals/{number}/approve/", {"comment": "Agreed."})
    other = {**body, "contact_phone": "+442079460001"}
    story.refused("sam", "changes the body", "POST", "/vendors/", other, expect="approval_invalid", Approval_Id=number)
    story.does("sam", "sends what was approved", "POST", "/vendors/", body, expect=201, Approval_Id=number)
    third = {**body, "vendor_name": "Third Ltd", "contact_email": "a@third.example", "contact_phone": "+442079460002"}
    story.refused("sam", "uses it twice", "POST", "/vendors/", third, expect="approval_invalid", Approval_Id=number)
