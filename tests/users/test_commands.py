"""The commands of the server: bootstrap and issue_token."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from audit.models import AuditEntry
from tests.api import Api
from tests.users.activation import PASSWORD, activate
from tests.users.factories import UserFactory
from users.choices import EX, IM, SA, TS
from users.models import SYSTEM_ID, Token, User

pytestmark = pytest.mark.django_db

PEOPLE = ("--sa-email", "root@example.com", "--ex-email", "chief@example.com")


def run(*arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command(*arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_bootstrap_makes_the_first_administrator_and_executive():
    out, _ = run("bootstrap", *PEOPLE)

    for role, email in ((SA, "root@example.com"), (EX, "chief@example.com")):
        user = User.objects.get(email=email)
        assert (user.role, user.status, user.created_by_id) == (role, "active", SYSTEM_ID)
        assert not user.has_usable_password()
        shares = next(line.split()[-2:] for line in out.splitlines() if email in line)
        activate(shares[:1] * 2, expect=401)
        activate(shares)
        entry = AuditEntry.objects.get(reference_type="user", reference_id=user.pk, sequence=1)
        assert (entry.operation, entry.user_id) == ("user.bootstrap", SYSTEM_ID)


def test_bootstrap_is_refused_when_both_exist():
    UserFactory(role=SA)
    UserFactory(role=EX)
    with pytest.raises(CommandError, match="exist"):
        run("bootstrap", *PEOPLE)
    assert not User.objects.filter(email="root@example.com").exists()


@pytest.mark.parametrize("status", ["inactive", "suspended", "on_leave"])
def test_bootstrap_breaks_the_glass_when_the_last_executive_is_gone(status):
    UserFactory(role=SA)
    UserFactory(role=EX, status=status)

    out, _ = run("bootstrap", *PEOPLE)

    assert out.count("activation shares") == 1
    assert User.objects.filter(email="chief@example.com", role=EX).exists()
    assert not User.objects.filter(email="root@example.com").exists()


def test_bootstrap_asks_for_the_one_that_is_missing():
    UserFactory(role=SA)
    with pytest.raises(CommandError, match="executive"):
        run("bootstrap", "--sa-email", "root@example.com")


@pytest.mark.parametrize("address", ["no address", "taken@example.com", "TAKEN@example.com"])
def test_bootstrap_refuses_a_bad_or_taken_address(address):
    UserFactory(role=SA, email="taken@example.com")
    before = User.objects.count()
    with pytest.raises(CommandError):
        run("bootstrap", "--ex-email", address)
    assert User.objects.count() == before


def test_issue_token_prints_the_token_alone():
    user = UserFactory(role=TS, email="ada@example.com")
    out, err = run(
        "issue_token", "ADA@example.com", "--days", "3", "--agent", "triage-bot", "--operations", "user.update_profile"
    )

    token = out.removesuffix("\n")
    assert token.split() == [token]
    assert err == ""
    Api(None, Authorization=f"Token {token}").patch("/me/", {"department": "Bots"}, expect=200)
    kept = Token.objects.get(user=user)
    assert (kept.agent, round((kept.expires_at - kept.created_at) / timedelta(days=1))) == ("triage-bot", 3)
    acts = AuditEntry.objects.filter(user=user)
    assert set(acts.values_list("agent", flat=True)) == {"triage-bot"}
    made = AuditEntry.objects.get(reference_type="token", reference_id=kept.pk)
    assert (made.operation, made.user_id) == ("token.issue", SYSTEM_ID)
    assert token not in str(made.changes)


@pytest.mark.parametrize("status", ["inactive", "suspended", "on_leave"])
def test_issue_token_is_refused_for_an_account_that_is_not_active(status):
    user = UserFactory(role=TS, status=status)
    with pytest.raises(CommandError, match=status):
        run("issue_token", user.email)
    assert not Token.objects.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("nobody@example.com",),
        ("system@ims.invalid",),
        ("ada@example.com", "--days", "0"),
        ("ada@example.com", "--days", "99999"),
        ("ada@example.com", "--agent", "x" * 121),
        ("ada@example.com", "--agent", "triage\x1b[2Jbot"),
        ("ada@example.com", "--agent", "\u200b"),
    ],
)
def test_issue_token_refuses_invalid_options(arguments):
    UserFactory(role=TS, email="ada@example.com")
    with pytest.raises(CommandError):
        run("issue_token", *arguments)
    assert not Token.objects.exists()


@pytest.mark.parametrize("status", ["active", "suspended", "on_leave"])
@pytest.mark.parametrize("role", [SA, EX])
def test_recover_restores_the_only_account_of_a_role(role, status):
    person = UserFactory(role=role, status=status, email="chief@example.com", password="an old secret 5")
    UserFactory(role=role, status="inactive", password="another secret 6")
    UserFactory(role=role, password="!")  # was never activated, so cannot act
    User.objects.last().change(password="")
    session = Api(person)

    out, _ = run("bootstrap", "--recover", "CHIEF@example.com")

    session.get("/me/", expect=401)
    Api().post("/auth/token/", {"email": "chief@example.com", "password": "an old secret 5"}, expect=401)
    activate(out.split()[-2:])
    Api().post("/auth/token/", {"email": "chief@example.com", "password": PASSWORD}, expect=200)
    entry = AuditEntry.objects.filter(reference_type="user", reference_id=person.pk, operation="user.recover").get()
    assert entry.user_id == SYSTEM_ID


def test_recover_is_refused_while_another_of_the_role_can_act():
    person = UserFactory(role=EX, password="an old secret 5")
    UserFactory(role=EX, password="another secret 6")
    with pytest.raises(CommandError, match="can act"):
        run("bootstrap", "--recover", person.email)
    assert User.objects.get(pk=person.pk).check_password("an old secret 5")


@pytest.mark.parametrize("role", [IM, TS])
def test_recover_is_for_founders_only(role):
    with pytest.raises(CommandError, match="executive"):
        run("bootstrap", "--recover", UserFactory(role=role).email)
    with pytest.raises(CommandError, match="no account"):
        run("bootstrap", "--recover", "nobody@example.com")
