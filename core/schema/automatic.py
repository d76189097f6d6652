"""The description of one action, assembled from its operation, its body and its collection."""

import inspect
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, cast

from drf_spectacular.drainage import warn
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiResponse

from core.codes import Code
from core.http.routes import API_PREFIX
from core.json import TableRenderer
from core.operations.refusals import codes_at
from core.operations.registry import Operation
from core.reading.discovery import READ
from core.reading.serializers import Body, Output
from core.schema import fields as _fields  # noqa: F401 - registers the project's input fields
from core.schema.answers import ListAdditions, ReadResponse
from core.schema.help_texts import help_text_of
from core.schema.names import Place, listing, operation_id, place_of, verb_in_description
from core.schema.parameters import ID_SCHEMA, REQUEST_ID, answer_headers, of_list, of_write
from core.schema.reading import (
    PARTIAL,
    PARTIAL_EXTENSION,
    always_shown,
    of_expand,
    of_fields,
    of_numbers,
    page_of,
    partial_of,
    read_of,
)
from core.schema.refusals import CODES_EXTENSION, MEDIA_TYPE, Problem, statuses_of
from core.schema.text import description_of, rule_extensions, summary_of

READING = ("GET", "HEAD")
AUTHENTICATION = "token"
WITH_FIELDS = (
    "**With `fields`:** `?fields=id,status` returns only these names of each record. "
    f"`{PARTIAL_EXTENSION}` describes this variant of the operation: its parameter and its response."
)
# Attributes of a column that are not part of its type. The bounds of integers even differ between the databases.
NOT_FOR_READERS = ("readOnly", "default", "minimum", "maximum")


class OperationSchema(AutoSchema):
    """Describes an action of an OperationView."""

    view: Any

    @property
    def operation(self) -> Operation:
        operation: Operation = self.view.operation
        return operation

    @property
    def body(self) -> type | None:
        """The serializer of this action's body."""
        return None if self.reads else self.operation.shape(getattr(self._action, "shape", ""))

    @property
    def _action(self) -> Any:
        return getattr(self.view, self.view.action)

    @property
    def endpoint(self) -> str:
        """The method and path of this action, as in the registry."""
        return f"{self.method} /{self.path.removeprefix(f'/{API_PREFIX}')}"

    @property
    def reads(self) -> bool:
        return self.method in READING

    @property
    def lists(self) -> bool:
        return self.reads and self.view.action == "list" and hasattr(self.view, "collection")

    @property
    def selected(self) -> type[Output] | None:
        """The representation from which a client can select names and relations."""
        if self.lists:
            return cast(type[Output], self.view.collection.output)
        single = self.reads and self.view.action == "retrieve" and hasattr(self.view, "collection")
        return cast(type[Output], self.view.collection.single) if single else None

    @property
    def verb(self) -> str:
        return verb_in_description(self.operation, self.method, self.view.action)

    @property
    def repeatable(self) -> bool:
        return not self.reads and self.operation.repeatable

    @property
    def place(self) -> Place:
        path = self.path.removeprefix(f"/{API_PREFIX}")
        return place_of(path, getattr(self.view, "basename", None), self.verb)

    @property
    def read_response(self) -> ReadResponse | None:
        """The response that a read action declares."""
        named: ReadResponse | None = getattr(self._action, "answers", None)
        return named

    @property
    def list_additions(self) -> ListAdditions | None:
        return getattr(self.view, "list_additions", None) if self.lists else None

    @cached_property
    def _success(self) -> int:
        return int(getattr(self._action, "success_status", 200))

    def codes(self) -> list[Code]:
        """The refusal codes of this action."""
        return codes_at(self.operation, self.endpoint)

    def get_operation_id(self) -> str:
        return operation_id(self.operation, self.place, self.verb)

    def get_tags(self) -> list[str]:
        return [self.place.collection[0]]

    def get_extensions(self) -> dict[str, Any]:
        return rule_extensions(self.operation)

    def get_summary(self) -> str:
        return summary_of(self.purpose())

    def get_description(self) -> str:  # type: ignore[override]
        description = description_of(self.operation, self.purpose(), self.codes())
        return f"{description}\n\n{WITH_FIELDS}" if self.selected else description

    def purpose(self) -> str:
        """The purpose of the action: that of the operation or, for a plain read, of the record."""
        if self.reads and self.view.action == "retrieve" and hasattr(self.view, "collection"):
            return f"Read one {self.view.collection.model._meta.verbose_name}."
        if self.operation.name != READ:
            return self.operation.purpose
        if self.lists:
            return listing(self.place)
        return (inspect.getdoc(getattr(self.view, self.view.action)) or "").split("\n\n")[0].replace("\n", " ")

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        """The description of the action, with its refusal codes as an extension.

        An anonymous action has an empty security requirement, not a missing one.
        """
        described: Any = super().get_operation(*args, **kwargs)
        if described is None:
            return None
        for status, codes in statuses_of(self.codes()).items():
            described["responses"][str(status)][CODES_EXTENSION] = [str(code) for code in codes]
        variant = {PARTIAL_EXTENSION: self._partial(self.selected)} if self.selected else {}
        return {"security": [], **described, **variant}

    def get_auth(self) -> list[dict[str, list[str]]]:
        return [] if self.operation.anonymous else [{AUTHENTICATION: []}]

    def get_override_parameters(self) -> list[Any]:
        sent = [] if self.reads else of_write(self.operation, self.repeatable)
        if self.lists:
            sent = [*of_list(self.view.collection, getattr(self.view, "parent_filter", "")), *sent]
            sent += [*of_numbers(self.view.collection), *(self.list_additions.query if self.list_additions else ())]
        if self.selected:
            sent += of_expand(self.view.collection, self.selected, self._enum)
        if self.read_response:
            sent = [*self.read_response.query, *sent]
        return [*sent, REQUEST_ID, *answer_headers(self._versioned(), self.repeatable)]

    def _versioned(self) -> bool:
        if self.read_response:
            return self.read_response.versioned
        answer = None if self.reads else self._answer()
        return not self.lists and (answer is None or issubclass(answer, Output))

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict[str, Any]]:
        return [{"in": "path", "name": name, "required": True, "schema": dict(ID_SCHEMA)} for name in variables]

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False

    def _get_format_parameters(self) -> list[Any]:
        return []

    def get_request_serializer(self) -> Any:
        return self.body

    def _get_request_body(self, direction: Any = "request") -> Any:
        return None if self.body is None else super()._get_request_body(direction)  # type: ignore[no-untyped-call]

    def get_response_serializers(self) -> Any:
        read_response = self.read_response
        media_types = read_response.media_types if read_response else ("application/json",)
        answers: dict[Any, Any] = {(str(self._success), *media_types): OpenApiResponse(self._answer(), "Done.")}
        if self.lists:
            table = OpenApiResponse({"type": "string"}, "Done.")
            answers[(str(self._success), TableRenderer.media_type)] = table
        for media_type, form in (read_response.also if read_response else {}).items():
            answers[(str(self._success), media_type)] = OpenApiResponse(form, "Done.")
        for also_returns in getattr(self._action, "also_returns", ()):
            answers[(str(also_returns), *media_types)] = OpenApiResponse(self._answer(), "Success.")
        for status, codes in statuses_of(self.codes()).items():
            named = ", ".join(f"`{code}`" for code in codes)
            answers[(str(status), MEDIA_TYPE)] = OpenApiResponse(Problem, f"Refused: {named}.")
        return answers

    def _answer(self) -> Any:
        if self.read_response:
            return self.read_response.answer
        if self.selected:
            return self._read_answer(read_of, self.selected)
        answer = self.operation.answer(getattr(self._action, "shape", ""))
        if answer is None:
            warn(
                f"{self.get_operation_id()} declares no response: use `answers=` of its operation, or @answers for a "
                "read"
            )
        return answer

    def _read_answer(self, of: Callable[[type[Output], str], Any], output: type[Output], prefix: str = "") -> Any:
        """The serializer of a read's response: a record, or a page of records."""
        name = self._name(output)
        page = self.list_additions.page if self.list_additions else f"{name}Page"
        row = of(output, name)
        return (
            page_of(row, f"{prefix}{page}", self.view.collection.numbered, self.list_additions) if self.lists else row
        )

    def _partial(self, output: type[Output]) -> dict[str, Any]:
        """This read with `fields`: its operation name, its parameter, and the schema of its response."""
        answer = self.resolve_serializer(self._read_answer(partial_of, output, PARTIAL), "response")
        return {
            "operationId": f"{self.get_operation_id()}_partial",
            "parameter": of_fields(output, self._name(output), self._enum),
            "schema": dict(answer.ref),
        }

    def _name(self, output: type[Output]) -> str:
        return self.get_serializer_name(output(), "response")

    def _enum(self, name: str, values: Iterable[str]) -> dict[str, Any]:
        """A reference to an enumeration that the document defines once."""
        schema = {"type": "string", "enum": list(values)}
        component = ResolvedComponent(name, ResolvedComponent.SCHEMA, schema, name)
        self.registry.register_on_missing(component)
        return dict(component.ref)

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        schema: dict[str, Any] = super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        if direction == "request" and not getattr(field, "allow_empty", True):
            schema["minItems"] = 1
        return schema

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        return type(serializer).__name__.removesuffix("Output").removesuffix("Body")

    def _map_serializer(self, serializer: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        schema: dict[str, Any] = super()._map_serializer(serializer, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        kind = serializer if inspect.isclass(serializer) else type(serializer)
        if not vars(kind).get("__doc__"):
            schema.pop("description", None)
        for name, each in schema.get("properties", {}).items():
            if sentence := help_text_of(kind, name):
                each.setdefault("description", sentence)
            # "Anything, or null" becomes anything: as alternatives of oneOf, null would match both and fail.
            if {} in each.get("oneOf", ()):
                del each["oneOf"]
        if issubclass(kind, Body) and direction == "request":
            schema["additionalProperties"] = False
        if issubclass(kind, Output):
            _complete(kind, schema)
        return schema


def _complete(kind: type[Output], schema: dict[str, Any]) -> None:
    """Every name is required, unless some viewers may not see it or `fields` may omit it."""
    about = inspect.getdoc(kind.Meta.model) or ""
    schema.setdefault("description", about.partition("\n\n")[0])
    for each in schema["properties"].values():
        for told in NOT_FOR_READERS:
            each.pop(told, None)
    schema["required"] = sorted(set(schema["properties"]) & always_shown(kind))
    if getattr(kind, "partial", False):
        for each in schema["properties"].values():
            each.pop("description", None)
