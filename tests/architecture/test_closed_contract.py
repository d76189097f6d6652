"""The test client rejects every response that the description does not permit."""

import json

import pytest
from django.http import HttpResponse

from tests.contract import UndescribedError, check_answer

TOKEN = {"id": 1, "token": "a", "expires_at": "2026-01-01T00:00:00Z"}
REFUSAL = {
    "type": "urn:ims:problem:not_found",
    "title": "The record was not found",
    "status": 404,
    "detail": "There is no such vendor.",
    "code": "not_found",
    "error_class": "invalid_input",
    "sop": [1],
    "rule": "read_scope",
    "errors": [{"code": "not_found", "detail": "There is no such vendor."}],
    "operation": "discovery.search",
    "next": "Find the record.",
    "transfer_to_human": False,
    "request_id": "r",
}


def answer(body, status=200, content_type="application/json"):
    return HttpResponse(json.dumps(body), status=status, content_type=content_type)


def refusal(**more):
    return answer({**REFUSAL, **more}, 404, "application/problem+json")


def test_documented_responses_pass():
    check_answer("post", "/api/v1/auth/token/", answer(TOKEN))
    check_answer("get", "/api/v1/vendors/7/?fields=id", refusal())
    check_answer("get", "/api/v1/nowhere/", refusal())
    check_answer("get", "/healthz", answer({"anything": 1}))


def test_a_member_that_is_not_described_is_refused():
    with pytest.raises(UndescribedError, match="'colour' was unexpected"):
        check_answer("post", "/api/v1/auth/token/", answer({**TOKEN, "colour": "red"}))
    with pytest.raises(UndescribedError, match="'colour' was unexpected"):
        check_answer("get", "/api/v1/vendors/7/", refusal(errors=[{**REFUSAL["errors"][0], "colour": "red"}]))
    with pytest.raises(UndescribedError, match="'colour' was unexpected"):
        check_answer("get", "/api/v1/nowhere/", refusal(colour="red"))


def test_a_member_that_is_missing_or_of_another_type_is_refused():
    with pytest.raises(UndescribedError, match='"token" is a required property'):
        check_answer("post", "/api/v1/auth/token/", answer({"id": 1, "expires_at": TOKEN["expires_at"]}))
    with pytest.raises(UndescribedError, match='"integer"'):
        check_answer("post", "/api/v1/auth/token/", answer({**TOKEN, "id": "one"}))


def test_only_with_fields_a_record_may_be_partial():
    check_answer("get", "/api/v1/vendors/7/?fields=vendor_name", answer({"id": 7, "vendor_name": "Cloud"}))
    with pytest.raises(UndescribedError, match="is a required property"):
        check_answer("get", "/api/v1/vendors/7/", answer({"id": 7, "vendor_name": "Cloud"}))
    with pytest.raises(UndescribedError, match="'colour' was unexpected"):
        check_answer("get", "/api/v1/vendors/7/?fields=vendor_name", answer({"id": 7, "colour": "red"}))


def test_a_status_or_media_type_that_is_not_described_is_refused():
    with pytest.raises(UndescribedError, match="answers 418"):
        check_answer("post", "/api/v1/auth/token/", answer(TOKEN, 418))
    with pytest.raises(UndescribedError, match="text/plain"):
        check_answer("post", "/api/v1/auth/token/", answer(TOKEN, content_type="text/plain"))
