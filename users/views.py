"""Accounts, the caller's profile and credentials over HTTP."""

from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.models import AnonymousUser
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.codes import Code
from core.context import context, current
from core.errors import Refusal
from core.http.throttles import LoginLimit
from core.http.views import ListViewSet, OperationView, RecordViewSet, creates, updates, write
from core.operations.bodies import read_body
from core.operations.dispatch import Discovery, execute
from core.operations.etag import etag_of
from core.operations.registry import registry
from core.reading.collections import Collection, related
from core.schema import answers
from core.sql.transactions import in_transaction
from users.filters import ActivationFilters, SessionFilters, TokenFilters, UserFilters
from users.grants import grant_of
from users.lockout import counted_code, forget_failures, note_failure, refuse_guesses_from_anywhere, refuse_locked
from users.models import ActivationToken, ConsoleSession, Token, User
from users.second_factor import state_of
from users.serializers import (
    ActivationOutput,
    Profile,
    SessionOutput,
    TokenOutput,
    UserOutput,
)
from users.shares import account_of

USERS = Collection(
    User,
    UserOutput,
    UserFilters,
    label="name",
    search=("name", "email"),
    ordering=("id", "created_at", "name"),
    relations=related("client", "vendor"),
    numbered=True,
)


class OwnTokens(Collection):
    """Lists only the caller's own tokens, even for roles that may revoke others'."""

    def scoped(self, user: Any) -> Any:
        return Token.objects.of(user)


TOKENS = OwnTokens(
    Token,
    TokenOutput,
    TokenFilters,
    label="name",
    search=("name", "agent"),
    relations=related("user"),
    numbered=True,
)


SESSIONS = Collection(
    ConsoleSession,
    SessionOutput,
    SessionFilters,
    label="id",
    search=("user__name", "user__email"),
    relations=related("user"),
)
ACTIVATIONS = Collection(
    ActivationToken,
    ActivationOutput,
    ActivationFilters,
    label="id",
    search=("user__name", "user__email"),
    relations=related("user", "countersigned_by"),
)


class UserViewSet(RecordViewSet):
    collection = USERS
    create = creates("user.create")
    partial_update = updates("user.update")
    activation_token = write("user.issue_activation", path="activation-token")
    activation_token_countersign = write("user.countersign", path="activation-token/countersign")
    end_access = write("user.end_access", path="end-access")
    reset_second_factor = write("user.reset_second_factor", path="reset-second-factor")
    permissions = write("user.permissions", path="permissions", method="patch")


class ProfileView(OperationView):
    """The caller's own account."""

    operations = {"retrieve": "access.profile"}

    @answers(Profile, versioned=True)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Read your own account, and what the token in use grants a software agent."""
        own = request.user.pk
        body, version = self.read(lambda *_: USERS.one(request.user, own), discovery=Discovery(User.entity_type, own))
        user: Any = request.user
        added = {"second_factor": state_of(user), "grant": grant_of(current().token)}
        return Response({**body, **added}, headers={"ETag": etag_of(version)})

    partial_update = write("user.update_profile", target=lambda request: request.user.pk)


class SecondFactorView(OperationView):
    """The caller's own second factor."""

    begin = write("access.begin_second_factor")
    confirm = write("access.confirm_second_factor")
    remove = write("access.remove_second_factor")


class TokenViewSet(ListViewSet):
    collection = TOKENS
    operations = {"list": "access.tokens"}
    create = creates("token.create")
    destroy = write("token.revoke")


class SessionViewSet(ListViewSet):
    """The caller's own console sessions."""

    collection = SESSIONS
    operations = {"list": "access.sessions"}
    destroy = write("access.end_session")


class ActivationViewSet(RecordViewSet):
    """Pending and completed activations, without their shares."""

    collection = ACTIVATIONS


class LoginView(OperationView):
    """Login, logout and activation."""

    operations = {"login": "access.login", "activate": "access.activate"}
    throttle_classes = [*OperationView.throttle_classes, LoginLimit]
    logout = write("access.logout")

    def login(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Obtain a token with e-mail address, password and, where enrolled, a one-time code.

        Too many failures lock the pair of account and address."""
        body = read_body(registry["access.login"], None, None, request.data)
        email, password = User.key_of(body["email"])[:254], body["password"]
        refuse_guesses_from_anywhere(request, email)
        user = authenticate(request._request, email=email, password=password, spelled=body["email"])
        refuse_locked(request)
        if user is None:
            raise Refusal(Code.INVALID_CREDENTIALS, rule="authenticated_caller")

        def log_in() -> Any:
            answer = execute("access.login", actor=user, data={"name": body["name"], "otp": body["otp"]})
            forget_failures(request, email)
            return answer

        with context(agent=""), counted_code(request._request, user, body["otp"]):
            answer = in_transaction(log_in)
        return Response(answer, status=status.HTTP_200_OK)

    def activate(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Set your own password with two activation shares; a wrong share with a correct one counts as a failed
        login.
        """
        return Response(activate_account(request, request.data), status=status.HTTP_200_OK)


def activate_account(request: Request, stated: Any) -> Any:
    """Set the password of an account with both shares; failures are counted. Raises Refusal."""
    body = read_body(registry["access.activate"], None, None, stated)
    account = account_of(body["shares"])
    if account is not None:
        refuse_locked(request, account.email_key[:254])
    try:
        answer = execute("access.activate", actor=AnonymousUser(), data=body)
    except Refusal as refusal:
        if account is not None and refusal.code == Code.INVALID_CREDENTIALS:
            note_failure(request, account.email_key[:254])
        raise
    if account is not None:
        forget_failures(request, account.email_key[:254])
    return answer
