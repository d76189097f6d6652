"""The OpenAPI description of an action, from the operation it carries out: one source for both."""

from drf_spectacular.openapi import AutoSchema


class OperationSchema(AutoSchema):
    pass
