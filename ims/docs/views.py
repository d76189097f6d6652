"""The OpenAPI description and its page, for everyone: neither contains data of the installation."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from core.http.negotiation import QualityNegotiation
from core.http.views import OperationView
from core.json import JSONRenderer, dumps
from core.operations.registry import operation
from core.reading.pagination import bad_filter
from core.reading.query import refuse_unknown
from core.schema import answers
from core.schema.parameters import query
from core.verbs import Verb


@operation(
    "docs.schema",
    roles=None,
    verb=Verb.ENTITY_DISCOVERY,
    anonymous=True,
)
@cache
def read_schema(*, actor: Any = None) -> dict[str, Any]:
    """Read the OpenAPI description of this API, as JSON or YAML."""
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return schema


@operation(
    "docs.page",
    roles=None,
    verb=Verb.ENTITY_DISCOVERY,
    anonymous=True,
)
def read_docs(*, actor: Any) -> str:
    """Read the OpenAPI description as a self-contained page."""
    return render_to_string("ims/docs.html")


@cache
def written(form: str) -> str | bytes:
    """The serialised description, cached because writing YAML takes a third of a second."""
    return dumps(read_schema()) if form == "json" else OpenApiYamlRenderer().render(read_schema())


PARAMETER = "format"
OTHER_FORMS = ("application/yaml", "application/vnd.oai.openapi", "application/vnd.oai.openapi+json")
FORM = (
    query(
        "format", {"type": "string", "enum": ["json", "yaml"]}, "The format; takes precedence over the Accept header."
    ),
)
# The formats that the query can select, as on other servers.
FORMS: dict[str, str] = {"json": "application/json", "yaml": "application/yaml"}


class FormOfDescription(QualityNegotiation):
    """The query may select the format; the Accept header need not repeat it."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        form = FORMS.get(request.query_params.get(PARAMETER, ""))
        named = [each for each in renderers if each.media_type == form]
        return (named[0], named[0].media_type) if named else super().select_renderer(request, renderers)


class OpenApiJSONRenderer(JSONRenderer):
    """Only used for negotiation: it renders refusals as problem documents in any format."""

    media_type = "application/vnd.oai.openapi+json"


class YAMLRenderer(JSONRenderer):
    media_type = "application/yaml"
    format = "yaml"


class OpenApiYAMLRenderer(YAMLRenderer):
    media_type = "application/vnd.oai.openapi"


class PageRenderer(BaseRenderer):
    """Renders an HTML page unchanged, and a refusal as a problem document."""

    media_type = "text/html"
    format = "html"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return data.encode() if isinstance(data, str) else dumps(data)


class SchemaView(OperationView):
    """The OpenAPI description: JSON, or YAML on request."""

    operations = {"retrieve": "docs.schema"}
    authentication_classes = []
    content_negotiation_class = FormOfDescription
    renderer_classes = [JSONRenderer, YAMLRenderer, OpenApiJSONRenderer, OpenApiYAMLRenderer]

    @answers({"type": "object"}, query=FORM, also={form: {"type": "object"} for form in OTHER_FORMS})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """The complete description, identical for every caller."""
        chosen: BaseRenderer = request.accepted_renderer
        text = self.read(lambda *_: written(chosen.format), discovery=None, get_query=self.params)
        return HttpResponse(text, content_type=chosen.media_type)

    def params(self) -> dict[str, str]:
        params = super().params()
        refuse_unknown(params, (PARAMETER,))
        if params.get(PARAMETER, "json") not in FORMS:
            raise bad_filter(PARAMETER, f"Available formats: {' or '.join(FORMS)}.")
        return params


class DocsView(OperationView):
    """The description as a page."""

    operations = {"retrieve": "docs.page"}
    authentication_classes = []
    renderer_classes = [PageRenderer]

    @answers({"type": "string"}, media_types=("text/html",))
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """An interactive page of the description."""
        return Response(self.read(lambda *_: read_docs(actor=request.user), discovery=None))
