"""The base of every view: deny by default, one declared operation for each action, every read in the audit trail."""

import keyword
from collections.abc import Callable, Mapping
from functools import cached_property
from functools import partial as bound
from types import MappingProxyType
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject
from rest_framework import status
from rest_framework.decorators import MethodMapper
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ViewSet

from core.context import bind
from core.errors import Refusal, UndeclaredError, invalid
from core.formats.request_size import check_bounds
from core.formats.streams import stream, wants_table
from core.http.idempotency import idempotent
from core.http.permissions import OPERATION_PERMISSIONS
from core.json import TableRenderer
from core.operations.authorization import Authorization
from core.operations.dispatch import Discovery, read, submit
from core.operations.etag import etag_of
from core.operations.fields import parse_integer
from core.operations.registry import Operation, registry
from core.operations.results import Answer
from core.reading.collections import Collection, collections
from core.reading.discovery import READ
from core.reading.generic import CollectionFilter, names_of
from core.reading.query import read_params, refuse_unknown
from core.turns.heavy import in_turn, take_turn


class OperationView(ViewSet):
    """A view whose actions name their operations in `operations`; an action without one fails at startup.

    `write` defines writes; all reads go through `self.read`.
    """

    operations: dict[str, str] = {}
    permission_classes = [*OPERATION_PERMISSIONS]
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    action_map: dict[str, str]
    kwargs: dict[str, Any]

    @classmethod
    def operation_name(cls, action: str) -> str:
        """The operation of an action. Raises UndeclaredError when it has none."""
        mapped = (vars(each).get("operations", {}).get(action) for each in cls.__mro__)
        declared = getattr(getattr(cls, action, None), "operation_name", None) or next(filter(None, mapped), None)
        if declared is None:
            raise UndeclaredError(f"{cls.__name__}.{action} declares no operation")
        return str(declared)

    @property
    def operation(self) -> Operation | None:
        request = getattr(self, "request", None)
        action = self.action_map.get((request.method or "").lower()) if request else getattr(self, "action", None)
        return registry[self.operation_name(action)] if action else None

    @cached_property
    def authorization(self) -> Authorization | None:
        """The authorization of this request; permission classes check its stages, and the dispatcher checks the
        rest.
        """
        operation = self.operation
        if operation is None:
            return None
        return Authorization(operation, self.request.user, bound(self.check_object_permissions, self.request))

    def get_authenticators(self) -> list[Any]:
        """None for anonymous operations: an expired token must not prevent a new login."""
        operation = self.operation
        return [] if operation is not None and operation.anonymous else super().get_authenticators()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        bind(operation=self.operation)
        super().initial(request, *args, **kwargs)
        if self.operation is not None:  # a method without an operation is refused as 405, whatever the body's size
            check_bounds(request._request)

    def perform_authentication(self, request: Request) -> None:
        """Authenticate the caller and count the request before anything else is decided or written."""
        try:
            super().perform_authentication(request)
        except Refusal:
            request.user, request.auth = AnonymousUser(), None  # an unauthenticated caller is counted by address
            super().check_throttles(request)
            raise
        super().check_throttles(request)
        recognised_by: Any = request.successful_authenticator
        if recognised_by is not None:
            recognised_by.admitted(request.auth)

    def check_throttles(self, request: Request) -> None:
        """Does nothing: the framework would count after the permission checks, but requests are already counted."""

    def read(
        self,
        answer: Callable[[Any, Mapping[str, Any]], Any],
        *,
        discovery: Discovery | None,
        get_target: Callable[[], Any] | None = None,
        get_query: Callable[[], Mapping[str, Any]] | None = None,
        heavy: bool = False,
    ) -> Any:
        """Read under the operation of this action (see core.operations.dispatch.read).

        Without `get_query` every query parameter is refused. Few `heavy` reads run at once.
        """
        answer = in_turn(answer, self.request) if heavy else answer
        return read(
            self.operation_name(self.action),
            answer,
            actor=self.request.user,
            discovery=discovery,
            get_target=get_target,
            get_query=get_query or self.no_query,
            authorization=self.authorization,
        )

    def no_query(self) -> dict[str, str]:
        """The query of a read without parameters. Raises Refusal (400 invalid_filter)."""
        refuse_unknown(self.request.query_params, ())
        return {}

    def params(self) -> dict[str, str]:
        """The query of a read with parameters. Raises Refusal (400 invalid_filter)."""
        return read_params(self.request)

    def answer(self, result: Any, code: int = status.HTTP_200_OK) -> Response:
        """The response for an operation's result: a record, an Answer, or plain data."""
        extra: dict[str, Any] = {}
        if isinstance(result, Answer):
            result, extra, code = result.record, result.extra, result.status or code
        if not hasattr(result, "entity_type"):
            return Response(result, status=code)
        body, version = collections[result.entity_type].shown(result, self.request.user, last=True)
        return Response({**body, **extra}, status=code, headers={"ETag": etag_of(version)})


class ListViewSet(OperationView, GenericViewSet):  # type: ignore[type-arg]
    """Read access to one collection as a list. `write` adds writes, one line each.

    The collection provides the attributes of a generic view (`names_of`): `serializer_class`, `filterset_class`,
    `search_fields`, `ordering_fields`, `pagination_class`. `list_query` is the query of the current list request.
    """

    collection: Collection
    list_query: Mapping[str, str] = MappingProxyType({})
    filter_backends = [CollectionFilter]
    operations = {"list": READ}
    lookup_value_regex = "[0-9]{1,19}"

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "collection" in vars(cls):
            for name, value in names_of(cls.collection).items():
                setattr(cls, name, value)

    def get_queryset(self) -> Any:
        """The records in the caller's scope."""
        return self.collection.scoped(self.request.user)

    def get_serializer_class(self) -> Any:
        """The serializer of a write's body, or of the representation for a read."""
        operation = self.operation
        if operation is not None and operation.shapes:
            return operation.shapes[0]
        return self.collection.single if self.action == "retrieve" else self.collection.output

    @property
    def renderer_classes(self) -> list[type[BaseRenderer]]:  # type: ignore[override]
        """Lists are also available as tables. Not in `get_renderers`: the Vary header follows from the classes."""
        usual = OperationView.renderer_classes
        return [*usual, TableRenderer] if self.action == "list" else [*usual]

    def list(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """List the records in the caller's scope, newest first."""
        answer: HttpResponseBase = self.read(
            self.listed, discovery=Discovery(self.collection.entity_type), get_query=self.params
        )
        return answer

    def listed(self, found: Any, params: Mapping[str, str]) -> HttpResponseBase:
        """A page of the result, or all of it as a table, as the Accept header requests."""
        self.list_query = params
        if wants_table(self.request):
            table = self.collection.table(self.request.user, params)
            return stream(table, self.request, take_turn(self.request.user, table=True))
        queryset = SimpleLazyObject(lambda: self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.paginate_queryset(queryset))  # type: ignore[arg-type]


class RecordViewSet(ListViewSet):
    """Read access to one collection, as a list and record by record."""

    operations = {"retrieve": READ}

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Read one record."""
        pk = int(kwargs["pk"])

        def shown(found: Any, params: Mapping[str, str]) -> Response:
            body, version = self.collection.one(request.user, pk, params)
            return Response(body, headers={"ETag": etag_of(version)})

        discovery = Discovery(self.collection.entity_type, pk, single=True)
        answer: Response = self.read(shown, discovery=discovery, get_query=self.record_params)
        return answer

    def record_params(self) -> dict[str, str]:
        """The query of a single-record read. Raises Refusal: 404 if the record does not exist, before 400."""
        try:
            return self.params()
        except Refusal:
            self.collection.require(self.request.user, self.kwargs["pk"])
            raise


def write(
    name: str,
    *,
    path: str = "",
    method: str = "post",
    detail: bool = True,
    code: int = status.HTTP_200_OK,
    shape: str = "",
    also_returns: tuple[int, ...] = (),
    target: Callable[[Request], Any] | None = None,
) -> Callable[..., Response]:
    """A view action that executes an operation with the body that the operation declares.

    Arguments: the operation's name; for an action other than the router's own, its path (the attribute has the same
    name, with underscores, and a trailing underscore after a Python keyword), its method and whether it acts on one
    record; the status code of success; for a body with several shapes, the field that selects the shape; and, where the
    path doesn't contain the target's id, a function that returns it.
    """

    def act(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        _ = request._request.body  # read from the network before any lock is taken

        def perform() -> Response:
            response: Response = submit(
                name,
                actor=request.user,
                target_id=target(request) if target else kwargs.get("pk"),
                body=lambda: request.data,
                if_match=request.headers.get("If-Match"),
                approval_id=lambda: approval_id_of(request),
                shape=registry[name].shape(shape),
                answer=lambda result: self.answer(result, code),
                authorization=self.authorization,
            )
            return response

        return idempotent(request, kwargs, perform) if registry[name].repeatable else perform()

    act.operation_name = name  # type: ignore[attr-defined]
    act.shape, act.success_status, act.also_returns = shape, code, also_returns  # type: ignore[attr-defined]
    if path:
        act.__name__ = _attribute(path)
        act.mapping = MethodMapper(act, [method])  # type: ignore[attr-defined]
        act.detail, act.url_path, act.url_name = detail, path, path  # type: ignore[attr-defined]
        act.kwargs = {"name": path, "description": name}  # type: ignore[attr-defined]
    return act


def _attribute(path: str) -> str:
    """The attribute name of an action: its path as a valid Python identifier."""
    name = path.replace("-", "_").replace("/", "_")
    return f"{name}_" if keyword.iskeyword(name) else name


def creates(name: str) -> Callable[..., Response]:
    """The router's `create`: POST to the collection, 201 with the record."""
    return write(name, code=status.HTTP_201_CREATED)


def updates(name: str) -> Callable[..., Response]:
    """The router's `partial_update`: PATCH of one record, whose body is partial."""
    return write(name)


def approval_id_of(request: Request) -> int | None:
    """The Approval-Id header. Raises Refusal (400) for anything other than an integer."""
    text = request.headers.get("Approval-Id")
    if text is None:
        return None
    number = parse_integer(text)
    if number is None:
        raise invalid("Approval-Id", "This header must contain the id of an approval, an integer.", "not_a_number")
    return number
