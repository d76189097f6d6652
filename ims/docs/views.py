"""The OpenAPI description and a page to read it, for everybody: neither holds any data of the installation."""

from functools import cache
from typing import Any

from django.template.loader import render_to_string
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from core.operations import operation
from core.renderers import JSONRenderer, dumps
from core.verbs import Verb
from core.views import OperationView


@operation("docs.schema", roles=None, verb=Verb.ENTITY_DISCOVERY, endpoint="GET /schema/", anonymous=True)
@cache
def read_schema(*, actor: Any = None) -> dict[str, Any]:
    """Read the OpenAPI description of this API, as JSON or YAML."""
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return schema


@operation("docs.page", roles=None, verb=Verb.ENTITY_DISCOVERY, endpoint="GET /docs/", anonymous=True)
def read_docs(*, actor: Any) -> str:
    """Read the OpenAPI description as a page that needs no other host."""
    return render_to_string("ims/docs.html")


class YAMLRenderer(OpenApiYamlRenderer):
    media_type = "application/yaml"
    format = "yaml"


class OpenApiJSONRenderer(JSONRenderer):
    media_type = "application/vnd.oai.openapi+json"
    format = "openapi"


class PageRenderer(BaseRenderer):
    """An HTML page as it is; a refusal as the problem document that it is."""

    media_type = "text/html"
    format = "html"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return data.encode() if isinstance(data, str) else dumps(data)


class SchemaView(OperationView):
    """The OpenAPI description: JSON, or YAML where it is asked for."""

    operations = {"retrieve": "docs.schema"}
    authentication_classes = []
    renderer_classes = [JSONRenderer, YAMLRenderer, OpenApiJSONRenderer, OpenApiYamlRenderer]

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The whole description, the same for every caller."""
        return Response(read_schema())


class DocsView(OperationView):
    """The description as a page."""

    operations = {"retrieve": "docs.page"}
    authentication_classes = []
    renderer_classes = [PageRenderer]

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page that shows the description and tries it out."""
        return Response(read_docs(actor=request.user))
