"""One incident, from the alert to the work on it, over HTTP; and one refusal for each kind of rule on the way."""

from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table

from ims.demo.cast import CAST, PASSWORD
from ims.demo.http import Client, Reply

COLUMNS_OF_ERRORS = ("field", "code", "detail")


class StoryError(Exception):
    """The server answered otherwise than the story says: the demonstration has found a defect."""


class Story:
    """Plays the chapters against a running server and narrates them; every answer is checked."""

    def __init__(self, base: str, console: Console) -> None:
        self.console = console
        self.nobody = Client(base)
        self.people = {person.key: self.nobody.log_in(person.email, PASSWORD) for person in CAST}
        self.facts: dict[str, Any] = {}

    def play(self) -> None:
        for chapter in CHAPTERS:
            self.console.print(Rule(f"[bold]{chapter.__doc__}"))
            chapter(self)

    def does(
        self, who: str, says: str, method: str, path: str, body: Any = None, *, expect: int = 200, **headers: str
    ) -> Any:
        """One request that succeeds; returns its body. Raises StoryError."""
        reply = self._call(who, method, path, body, headers)
        self._require(reply.status == expect, method, path, reply)
        self.console.print(f"[green]✓[/] [bold]{who or 'nobody'}[/] {says}  [dim]{method} {path} → {reply.status}[/]")
        self.facts["etag"] = reply.headers.get("ETag")
        return reply.body

    def refused(
        self, who: str, says: str, method: str, path: str, body: Any = None, *, expect: str, **headers: str
    ) -> Any:
        """One request that must be refused with this code; shows why and what would unblock it."""
        reply = self._call(who, method, path, body, headers)
        self._require(reply.body.get("code") == expect, method, path, reply)
        self.console.print(_shown(f"{who or 'nobody'} {says}", f"{method} {path}", reply))
        return reply.body

    def _call(self, who: str, method: str, path: str, body: Any, headers: dict[str, str]) -> Reply:
        return (self.people[who] if who else self.nobody).call(method, path, body, **headers)

    @staticmethod
    def _require(holds: bool, method: str, path: str, reply: Reply) -> None:
        if not holds:
            raise StoryError(f"{method} {path} answered {reply.status}: {reply.body}")


def _shown(title: str, request: str, reply: Reply) -> Panel:
    table = Table.grid(padding=(0, 2))
    for item in reply.body["errors"]:
        table.add_row(*(str(item.get(name, "")) for name in COLUMNS_OF_ERRORS))
    sops = ", ".join(str(number) for number in reply.body["sop"]) or "–"
    foot = f"SOP {sops} · rule {reply.body['rule']} · next: {reply.body['next']}"
    answer = f"{request} → {reply.status} {reply.body['code']}"
    return Panel.fit(_stack(table, foot), title=f"[red]✗[/] {title}", subtitle=answer)


def _stack(table: Table, foot: str) -> Table:
    stack = Table.grid()
    stack.add_row(table)
    stack.add_row(f"[dim]{foot}[/]")
    return stack


def _lookup(story: Story) -> None:
    """Discovery (SOP 1): none, one, many"""
    many = story.does("ines", "looks for active clients", "GET", "/discovery/?entity_type=client&status=active")
    story.facts["client"] = many["results"][-1]
    story.does("ines", "looks for a client that is not there", "GET", "/discovery/?entity_type=client&name=Nobody+Ltd")
    one = f"/discovery/?entity_type=client&id={story.facts['client']['id']}"
    client = story.does("ines", "verifies one client and reads it in full", "GET", one)["results"][0]
    story.console.print(f"   The story's client is [bold]{client['name']}[/], {client['client_type']}.")
    components = story.does("ines", "looks for a component", "GET", "/components/?environment=production&page_size=1")
    story.facts["component"] = components["results"][0]
    vera = story.does("vera", "sees only her own vendor's products", "GET", "/products/")
    story.facts["vendor_product"] = vera["results"][0]
    story.facts["carl"] = story.does("carl", "reads his own account", "GET", "/me/")


def _alert(story: Story) -> None:
    """The alert is classified (SOP 13) and becomes an incident (SOP 12)"""
    facts = {"complete_outage": True, "business_critical": True, "has_workaround": False, "affected_clients": 1}
    verdict = story.does("ines", "classifies the alert", "POST", "/incidents/classify/", facts)
    story.console.print(f"   {verdict['severity']} by the rule [bold]{verdict['rule']}[/]: {verdict['reasons']}")
    body = {
        "reporter_id": story.facts["carl"]["id"],
        "client_id": story.facts["carl"]["client_id"],
        "component_id": story.facts["component"]["id"],
        "title": "Payments fail for every customer",
        "description": "All card payments have been declined since 09:12; the gateway answers 503.",
        "category": "service_unavailable",
        "impact_level": "critical",
        "detection_source": "monitoring_alert",
        "classification": facts,
    }
    story.refused("", "reports it without a token", "POST", "/incidents/", body, expect="not_authenticated")
    story.refused("ada", "is an account manager", "POST", "/incidents/", body, expect="role_not_permitted")
    wrong = {**body, "category": "bad_luck", "client_id": 999_999, "priority": 1}
    story.refused("ines", "gets three things wrong at once", "POST", "/incidents/", wrong, expect="validation_error")
    understated = {**body, "severity": "P4"}
    story.refused("tara", "understates it", "POST", "/incidents/", understated, expect="severity_mismatch")
    incident = story.does("ines", "opens the incident", "POST", "/incidents/", body, expect=201)
    story.facts["incident"] = incident
    story.console.print(f"   {incident['incident_code']} is {incident['severity']} and {incident['status']}.")
    story.refused("tara", "reports it again", "POST", "/incidents/", body, expect="duplicate_open_incident")


def _work(story: Story) -> None:
    """It is worked on (SOP 14)"""
    path = f"/incidents/{story.facts['incident']['id']}/"
    read = story.does("tara", "reads it", "GET", path)
    etag = str(story.facts["etag"])
    story.does(
        "ines", "takes charge of it", "PATCH", path, {"assigned_manager_id": read["created_by_id"]}, If_Match=etag
    )
    moved = {"status": "in_progress"}
    story.refused(
        "tara", "acts on what she read before that", "PATCH", path, moved, expect="stale_version", If_Match=etag
    )
    story.does("tara", "reads again and acknowledges", "PATCH", path, moved)
    story.refused(
        "tara", "would just call it resolved", "PATCH", path, {"status": "resolved"}, expect="invalid_transition"
    )
    note = {"body": "Fail-over to the second gateway is being prepared.", "public": True}
    story.does("tara", "adds a note for the client", "POST", f"{path}notes/", note, expect=201)
    inner = {"body": "Suspect last night's certificate change.", "public": False}
    story.does("tara", "adds an internal note", "POST", f"{path}notes/", inner, expect=201)
    seen = story.does("carl", "reads the notes: he sees the public one", "GET", f"{path}notes/")
    Story._require(len(seen["results"]) == 1, "GET", f"{path}notes/", Reply(200, seen, {}))


def _duties(story: Story) -> None:
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


def _authority(story: Story) -> None:
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


def _proof(story: Story) -> None:
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
    Story._require(verdict["verified"], "GET", "/audit-entries/verify/", Reply(200, verdict, {}))
    story.console.print(f"   {verdict['entries']} entries in {verdict['chains']} chains hold.")


CHAPTERS: tuple[Callable[[Story], None], ...] = (_lookup, _alert, _work, _duties, _authority, _proof)
