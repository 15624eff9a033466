# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._cluster import answers
from ansible_collections.steady.rollout.plugins.module_utils._cluster.request import Request
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import DEPLOYMENT, POD

PATCH = Request("patch", DEPLOYMENT, "shop", "app")


def failure(code: int, message: str, **more: t.Any) -> Exception:
    return answers.from_status(PATCH, code, {"message": message, **more})


def test_rbac_is_told_in_the_words_of_a_role() -> None:
    message = (
        'deployments.apps "app" is forbidden: User "bob" cannot patch resource "deployments" '
        'in API group "apps" in the namespace "shop"'
    )
    said = failure(403, message)
    assert isinstance(said, errors.Forbidden)
    assert str(said) == (
        "RBAC does not allow bob to patch deployments in namespace shop. "
        'Grant it: apiGroups ["apps"], resources ["deployments"], verbs ["patch"].'
    )


def test_a_right_for_the_whole_cluster_is_named_so() -> None:
    said = failure(
        403,
        'users "eve" is forbidden: User "bob" cannot impersonate resource "users" in API group "" at the cluster scope',
    )
    assert "bob to impersonate users in the whole cluster" in str(said)


def test_an_anonymous_user_is_told_that_no_credentials_were_sent() -> None:
    said = failure(403, 'User "system:anonymous" cannot get resource "pods" in API group "" in the namespace "shop"')
    assert "No credentials were sent" in str(said)
    assert "Grant it" not in str(said)


@pytest.mark.parametrize(
    "message",
    [
        'pods "a" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
        'pods "a" is forbidden: violates PodSecurity "restricted:latest"',
        'admission webhook "policy.example" denied the request: no latest tags',
    ],
)
def test_an_admission_refusal_is_not_rbac(message: str) -> None:
    said = failure(403, message)
    assert isinstance(said, errors.Rejected)
    assert str(said) == f"The API server refused to patch Deployment shop/app: {message}"


def test_a_field_conflict_names_manager_and_field() -> None:
    causes = [{"reason": "FieldManagerConflict", "message": 'conflict with "argocd"', "field": ".spec.replicas"}]
    said = failure(409, "Apply failed with 1 conflict", reason="Conflict", details={"causes": causes})
    assert isinstance(said, errors.Conflict)
    assert '.spec.replicas: conflict with "argocd"' in str(said)
    assert "force_conflicts" in str(said)


def test_a_json_patch_whose_version_test_fails_is_a_conflict() -> None:
    said = "the server rejected our request due to an error in our request"
    pinned = Request("patch", DEPLOYMENT, "shop", "app", content_type="application/json-patch+json")
    assert isinstance(answers.from_status(pinned, 422, {"message": said}), errors.Conflict)
    assert isinstance(failure(422, said), errors.Rejected)


def test_a_field_that_server_side_apply_does_not_know_is_no_passing_trouble() -> None:
    said = failure(500, "failed to create typed patch object: .spec.replica: field not declared in schema")
    assert isinstance(said, errors.Rejected)
    assert ".spec.replica: field not declared in schema" in str(said)


def test_an_object_that_the_server_quotes_is_left_out() -> None:
    quoted = "{" + r"\"password\":" * 40 + "}"
    said = failure(422, f'"" is invalid: patch: Invalid value: "{quoted}": json: cannot unmarshal string')
    assert str(said).endswith('"" is invalid: patch: json: cannot unmarshal string')


def test_http_to_an_https_port_is_told() -> None:
    said = failure(400, "Client sent an HTTP request to an HTTPS server.")
    assert isinstance(said, errors.Unreachable)
    assert "https://" in str(said)


@pytest.mark.parametrize("code", [400, 405, 413, 422])
def test_other_refusals_carry_the_words_of_the_server(code: int) -> None:
    said = failure(code, "spec.replicas: Invalid value: -1")
    assert isinstance(said, errors.Rejected)
    assert "spec.replicas: Invalid value: -1" in str(said)


def test_a_kind_that_the_server_does_not_know_is_named() -> None:
    said = failure(404, "the server could not find the requested resource", details={})
    assert str(said).startswith("The API server does not know apps/v1 deployments")


def test_the_length_of_a_429_comes_from_header_or_body() -> None:
    body = b'{"message": "slow", "details": {"retryAfterSeconds": 4}}'
    assert t.cast("answers.Passing", answers.failure(PATCH, 429, body, {"Retry-After": "9"})).after == 9
    assert t.cast("answers.Passing", answers.failure(PATCH, 429, body, {})).after == 4
    assert t.cast("answers.Passing", answers.failure(PATCH, 429, b"", {})).after == 1


@pytest.mark.parametrize(
    ("code", "message", "unclear"),
    [
        (429, "slow", False),
        (503, "starting", False),
        (500, "Internal error occurred: failed calling webhook x", False),
        (500, 'failed calling validating webhook "x"', False),
        (500, "etcdserver: leader changed", True),
        (504, "request did not complete within requested timeout", True),
    ],
)
def test_what_may_have_been_carried_out_is_unclear(code: int, message: str, unclear: bool) -> None:
    assert t.cast("answers.Passing", failure(code, message)).unclear is unclear


def test_a_version_that_is_too_old_or_not_reached_yet_is_expired() -> None:
    too_new = {"causes": [{"reason": "ResourceVersionTooLarge"}]}
    assert isinstance(failure(410, "too old"), answers.Expired)
    assert isinstance(failure(504, "too large", details=too_new), answers.Expired)


def test_an_answer_without_a_status_is_quoted() -> None:
    said = answers.failure(PATCH, 404, b"404 page\n not found", {})
    assert "404 page not found" in str(said)
    assert "HTTP 400 without a word" in str(answers.failure(PATCH, 400, b"", {}))


def test_items_of_a_list_get_their_kind() -> None:
    assert answers.items(POD, {"items": [{"metadata": {}}]}) == [{"apiVersion": "v1", "kind": "Pod", "metadata": {}}]
    assert answers.items(POD, {"items": None}) == []


@pytest.mark.parametrize("body", [b"", b"[1]", b"<html>", b'{"cut": '])
def test_what_is_no_object_parses_to_nothing(body: bytes) -> None:
    assert answers.parse(body) == {}
