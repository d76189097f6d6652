"""Reports as files: every type in every format, self-contained, the same each time, and no more than one may read."""

import io
import json
import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
import time_machine
from django.utils import timezone
from pypdf import PdfReader

from audit.models import AuditEntry
from reporting.models import IncidentReport
from reporting.postmortem import postmortem_digest, postmortem_of
from reporting.reports import pdf
from reporting.reports.document import Column, Document, Section, Table
from reporting.reports.printing import pages_of
from tests.api import codes
from tests.incidents.factories import AffectedClientFactory, IncidentFactory
from tests.reporting.factories import ReportFactory
from tests.reporting.worlds import FORMATS, SECRETS, TYPES, downloaded, eventful, generated
from tests.users.factories import UserFactory
from users.choices import CC, EX, TS, VC

pytestmark = pytest.mark.django_db

CAN_PRINT = pdf.find_printer() is not None
printing = pytest.mark.skipif(not CAN_PRINT, reason="WeasyPrint or Pango is not installed: no PDF can be made")
REFERRING = {"href", "src", "srcset", "data", "action", "poster", "xlink:href"}
VOID = {"meta", "link", "br", "hr", "img", "wbr"}


class Page(HTMLParser):
    """Reads a page strictly enough: tags that do not match, and everything that refers elsewhere."""

    def __init__(self, text):
        super().__init__()
        self.open, self.references, self.tags, self.text = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.references += [value for name, value in attrs if name in REFERRING]
        if tag not in VOID and not self.get_starttag_text().endswith("/>"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.rawdata.startswith("/>", self.offset) and self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text.append(data)


def words_of(body, form):
    """The text of a file, as a reader sees it."""
    if form == "pdf":
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    return body.decode()


@pytest.fixture
def report_of(api):
    def make(report_type, incident=None):
        return generated(api(EX), incident or eventful(), report_type)

    return make


@pytest.mark.parametrize("report_type", TYPES)
def test_the_json_download_equals_the_stored_report(api, report_of, report_type):
    report = report_of(report_type)
    answer = downloaded(api(TS), report, "json")
    assert answer["Content-Type"] == "application/json"
    body = answer.json()
    assert (body.pop("digest"), body.pop("partial")) == (report["digest"], False)
    stored = report["content"]
    assert {**body, "sections": None} == {**stored, "sections": None}
    assert body["sections"] == [each for each in stored["sections"] if "staff" in each["readers"]]


@pytest.mark.parametrize("report_type", TYPES)
def test_markdown_names_every_section_and_escapes_every_text(api, report_of, report_type):
    report = report_of(report_type)
    text = downloaded(api(TS), report, "md").content.decode()
    assert text.startswith("# ")
    assert r"Payments \<fail\> \& \| \*stop\*" in text
    titles = [each["title"] for each in report["content"]["sections"] if "staff" in each["readers"]]
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == titles


@pytest.mark.parametrize("report_type", TYPES)
def test_html_is_whole_and_refers_to_nothing(api, report_of, report_type):
    answer = downloaded(api(TS), report_of(report_type), "html")
    text = answer.content.decode()
    page = Page(text)
    assert page.references == []
    assert "script" not in page.tags
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", text)
    assert "Payments <fail> & | *stop*" in page.text
    assert "<fail>" not in text
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")
    assert "attachment" in answer["Content-Disposition"]


@pytest.mark.parametrize("report_type", ["executive_summary", "postmortem_report", "performance_dashboard"])
def test_pictures_have_a_title_and_a_description(api, report_of, report_type):
    text = downloaded(api(TS), report_of(report_type), "html").content.decode()
    pictures = re.findall(r'<svg.*?aria-labelledby="(\S+) (\S+)".*?</svg>', text)
    assert pictures
    assert len({ident for pair in pictures for ident in pair}) == 2 * len(pictures)
    for title, description in pictures:
        assert re.search(f'<title id="{title}">[^<]+</title><desc id="{description}">[^<]+</desc>', text)


@printing
@pytest.mark.parametrize("report_type", TYPES)
def test_pdf_is_a4_with_numbered_pages_and_all_its_text(api, report_of, report_type):
    report = report_of(report_type)
    answer = downloaded(api(TS), report, "pdf")
    assert answer["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.content)).pages
    assert {(round(float(page.mediabox.width)), round(float(page.mediabox.height))) for page in pages} == {(595, 842)}
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page.extract_text()
    text = " ".join(words_of(answer.content, "pdf").split())
    assert report["content"]["reference"] in text
    assert report["content"]["title"] in text
    for each in report["content"]["sections"]:
        assert each["title"] in text or "staff" not in each["readers"]


@pytest.mark.parametrize("form", [pytest.param(each, marks=printing if each == "pdf" else ()) for each in FORMATS])
def test_a_download_is_the_same_each_time(api, report_of, form):
    incident = eventful()
    report, reader = report_of("performance_dashboard", incident), api(TS)
    first = downloaded(reader, report, form).content
    incident.change(title="Another title", severity="P4")
    incident.resolved_by.change(name="Another Name")
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        assert downloaded(reader, report, form).content == first


@pytest.mark.parametrize("form", [pytest.param(each, marks=printing if each == "pdf" else ()) for each in FORMATS])
@pytest.mark.parametrize("report_type", TYPES)
def test_a_client_contact_gets_the_part_for_clients(api, report_of, report_type, form):
    incident = eventful()
    report = report_of(report_type, incident)
    reader = api(UserFactory(role=CC, client=incident.client))
    text = words_of(downloaded(reader, report, form).content, form)
    author = report["content"]["author"]
    assert [secret for secret in (*SECRETS, report["digest"], author) if secret in text] == []
    assert "executive" in text
    shown = reader.get(f"/incident-reports/{report['id']}/", expect=200).content.decode()
    assert [secret for secret in (*SECRETS, report["digest"], author) if secret in shown] == []


@pytest.mark.parametrize("report_type", TYPES)
def test_an_affected_clients_contact_learns_nothing_of_the_other_client(api, report_of, report_type):
    incident = eventful(client__name="Prime Organisation")
    IncidentFactory(client=incident.client, title="An older trouble", category=incident.category)
    affected = AffectedClientFactory(incident=incident)
    report = report_of(report_type, incident)
    text = downloaded(api(UserFactory(role=CC, client=affected.client)), report, "json").content.decode()
    assert [each for each in (*SECRETS, "Prime Organisation", "An older trouble") if each in text] == []


def test_clients_read_an_approved_root_cause(api, report_of):
    incident = eventful()
    analysis = incident.analyses.get()
    judged = {"reviewed_by": UserFactory(), "approved_at": timezone.now()}
    analysis.change(root_cause="A leak.", status="approved", **judged)
    reader = api(UserFactory(role=CC, client=incident.client))
    for report_type in ("executive_summary", "postmortem_report"):
        assert "A leak." in downloaded(reader, report_of(report_type, incident), "md").content.decode().replace(
            "\\", ""
        )


@pytest.mark.parametrize("role", [CC, VC])
def test_outsiders_do_not_find_it(api, report_of, role):
    downloaded(api(role), report_of("executive_summary"), "json", expect=404, code="not_found")


@pytest.mark.parametrize("query", ["?as=docx", "?form=pdf", "?as=pdf&page=2", "?as=pdf&as=md"])
def test_invalid_parameters_are_refused(api, report_of, query):
    report = report_of("executive_summary")
    api(EX).get(f"/incident-reports/{report['id']}/download/{query}", expect=400, code="invalid_filter")


def test_an_accept_header_for_the_format_is_no_obstacle(api, report_of):
    downloaded(api(EX), report_of("executive_summary"), "html", Accept="text/html")


def test_without_a_printer_pdf_is_refused_and_the_rest_works(api, report_of, monkeypatch):
    monkeypatch.setattr(pdf, "find_printer", lambda: None)
    report, reader = report_of("executive_summary"), api(EX)
    refused = downloaded(reader, report, "pdf", expect=422, code="calculation_failed")
    assert (codes(refused), refused.json()["errors"][0]["missing"]) == ({"renderer_missing"}, "renderer")
    downloaded(reader, report, "html")


def test_a_library_that_does_not_load_is_a_missing_printer(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "weasyprint", None)
    assert pdf.find_printer() is None


@printing
def test_the_printer_fetches_nothing(monkeypatch, tmp_path):
    """Neither from the network nor from a file: a page that refers to something is printed without it."""
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>Quicksilver</text></svg>')
    opened = []
    monkeypatch.setattr("urllib.request.OpenerDirector.open", lambda self, wanted, *a, **k: opened.append(wanted))
    page = f'<img src="https://example.com/a.png"><img src="{secret.as_uri()}"><p>Report</p>'
    assert pages_of(page).startswith(b"%PDF")
    assert opened == []


def test_a_failed_report_is_not_downloaded(api):
    caller = api(EX)
    body = {"incident_id": IncidentFactory().pk, "report_type": "postmortem_report"}
    caller.post("/incident-reports/", body, expect=422)
    failed = IncidentReport.objects.get()
    refused = downloaded(caller, {"id": failed.pk}, "json", expect=409, code="precondition_failed")
    assert codes(refused) == {"report_not_completed"}


def test_an_imported_report_without_content_is_refused_with_a_reason(api):
    old = ReportFactory(automatic=False, status="completed", imported_row={})
    refused = downloaded(api(EX), {"id": old.pk}, "json", expect=422, code="calculation_failed").json()
    assert refused["errors"][0]["missing"] == "content"


@pytest.mark.parametrize("form", [pytest.param(each, marks=printing if each == "pdf" else ()) for each in FORMATS])
def test_the_automatic_postmortem_is_downloaded_as_draft_and_reviewed(api, form):
    incident, reader = eventful(), api(EX)
    report = ReportFactory(incident=incident)
    assert "draft" in words_of(downloaded(reader, {"id": report.pk}, form).content, form)
    content = postmortem_of(incident.pk)
    review = {"reviewed_by": UserFactory(), "reviewed_at": incident.resolved_at, "status": "completed"}
    report.change(content=content, digest=postmortem_digest(content), **review)
    text = words_of(downloaded(reader, {"id": report.pk}, form).content, form)
    assert "reviewed" in text
    assert "Inner reason" in text
    outsider = api(UserFactory(role=CC, client=incident.client))
    told = words_of(downloaded(outsider, {"id": report.pk}, form).content, form)
    assert [secret for secret in SECRETS if secret in told] == []


def test_downloading_is_a_discovery(api, report_of):
    report, reader = report_of("executive_summary"), api(TS)
    downloaded(reader, report, "md")
    entry = AuditEntry.objects.get(user=reader.user, action="entity_discovery")
    assert (entry.reference_type, entry.reference_id) == ("incident_report", report["id"])
    assert json.loads(json.dumps(entry.meta["filters"])) == {"as": "md", "view": "download"}


@printing
@pytest.mark.parametrize("text", ["Card payments are declined. " * 700, "x" * 19_000, "<&>" * 6_000])
def test_a_cell_of_any_text_is_laid_out_in_time_proportional_to_it(text):
    """Without a place to break, 19,000 characters took longer than two minutes."""
    table = Table((Column("What"), Column("When")), ((text, "2026-03-01"),))
    facts = {"report_type": "executive_summary", "title": "T", "subtitle": "S", "reference": "R"}
    facts |= {"generated_at": "2026-03-01T10:00:00Z", "author": "Ada", "author_role": "executive"}
    assert pdf.as_pdf(Document(**facts, sections=(Section("Facts", (table,)),))).startswith(b"%PDF")
