"""Everything done can be proved."""

from rich.table import Table

from ims.demo.story import Story


def proof(story: Story) -> None:
    """Everything done can be proved (SOP 27)"""
    incident = story.facts["incident"]
    trail = story.does(
        "eva",
        "reads the incident's trail",
        "GET",
        f"/audit-entries/?reference_type=incident&reference_id={incident['id']}&origin=system",
    )
    table = Table("when", "who", "action", "operation", "what changed", box=None)
    for entry in reversed(trail["results"]):
        changed = ", ".join(list(entry["changes"])[:6])
        table.add_row(entry["created_at"][11:19], str(entry["user_id"]), entry["action"], entry["operation"], changed)
    story.console.print(table)
    verdict = story.does("eva", "verifies every hash chain", "GET", "/audit-entries/verify/")
    story.require(verdict["verified"], "the audit trail is broken")
    story.console.print(f"   {verdict['entries']} entries in {verdict['chains']} chains hold.")
