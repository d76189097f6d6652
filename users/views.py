"""Accounts, the own profile, login and tokens over HTTP."""

from datetime import timedelta
from typing import Any

from axes.helpers import get_client_ip_address
from axes.utils import reset
from django.conf import settings
from django.contrib.auth import authenticate
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.codes import Code
from core.collections import Collection, related
from core.commits import whole
from core.context import context
from core.dispatch import execute
from core.errors import Refusal
from core.etag import etag_of
from core.operations import registry
from core.shapes import read_body
from core.signals import discovered
from core.throttles import LoginLimit
from core.views import ListViewSet, OperationView, RecordViewSet, creates, write
from users.filters import TokenFilters, UserFilters
from users.models import Token, User
from users.serializers import (
    ActivateBody,
    LoginBody,
    PermissionsBody,
    ProfileBody,
    TokenOutput,
    UserBody,
    UserOutput,
)

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
    """Listing shows one's own tokens only, also to those who may revoke others'."""

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


class UserViewSet(RecordViewSet):
    collection = USERS
    create = creates("user.create", UserBody)
    activation_token = write("user.issue_activation", path="activation-token")
    permissions = write("user.permissions", PermissionsBody, path="permissions", method="patch", partial=True)


class ProfileView(OperationView):
    """One's own account."""

    operations = {"retrieve": "access.profile"}

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Read one's own account."""
        body, version = USERS.one(request.user, request.user.pk)
        discovered("user", request.user.pk, {})
        return Response(body, headers={"ETag": etag_of(version)})

    partial_update = write("user.update_profile", ProfileBody, partial=True, target=lambda request: request.user.pk)


class TokenViewSet(ListViewSet):
    collection = TOKENS
    operations = {"list": "access.tokens"}
    destroy = write("token.revoke")


class LoginView(OperationView):
    """Login, logout and activation: where a caller becomes somebody."""

    operations = {"login": "access.login"}
    throttle_classes = [*OperationView.throttle_classes, LoginLimit]
    logout = write("access.logout")
    activate = write("access.activate", ActivateBody)

    def login(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Obtain a token with e-mail address and password; too many failures lock the pair of account and address."""
        body = read_body(registry["access.login"], None, None, request.data)
        # Folded, so that no other spelling of an address gets failures of its own.
        credentials = {"email": User.key_of(body["email"])[:254], "password": body["password"]}
        user = authenticate(request._request, **credentials)
        if getattr(request._request, "axes_locked_out", False):
            wait: timedelta = settings.AXES_COOLOFF_TIME
            raise Refusal(Code.LOCKED_OUT, rule="login_lockout", retry_after=int(wait.total_seconds()))
        if user is None:
            raise Refusal(Code.INVALID_CREDENTIALS, rule="authenticated_caller")
        with context(agent=""), whole():
            answer = execute("access.login", actor=user, data={"name": body["name"]})
            reset(username=credentials["email"], ip=get_client_ip_address(request._request))
        return Response(answer, status=status.HTTP_200_OK)


registry.bind("access.login", LoginBody)
