# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings import image
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding, Limits, View
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import deployment
from ansible_collections.steady.rollout.tests.unit import samples

Json = dict[str, t.Any]

RESOLVING = 'failed to pull and unpack image "registry.lab:5000/app:9.9": failed to resolve reference "registry.lab:5000/app:9.9": '
NOT_FOUND = f"rpc error: code = NotFound desc = {RESOLVING}registry.lab:5000/app:9.9: not found"


def found(reason: str, message: str = "", events: t.Sequence[str] = (), version: str = "9.9") -> list[Finding]:
    pod = samples.unready("2.0", state=samples.waiting(reason, message))
    pod["spec"]["containers"][0]["image"] = f"registry.lab:5000/app:{version}"
    told = [samples.event(pod, "Failed", text) for text in events]
    return list(image.find(View(deployment, samples.rolling([pod], told), Limits())))


@pytest.mark.parametrize(
    ("reason", "message", "code"),
    [
        ("ErrImagePull", NOT_FOUND, "image_not_found"),
        ("ErrImagePull", "manifest unknown: manifest unknown", "image_not_found"),
        (
            "ErrImagePull",
            "pull access denied, repository does not exist or may require authorization",
            "image_not_found",
        ),
        ("ImagePullBackOff", f'Back-off pulling image "app:9.9": ErrImagePull: {NOT_FOUND}', "image_not_found"),
        ("InvalidImageName", "couldn't parse image name", "image_not_found"),
        ("ErrImageNeverPull", "Container image is not present with pull policy of Never", "image_not_found"),
        ("ErrImagePull", f"{RESOLVING}unexpected status: 401 Unauthorized", "image_unauthorized"),
        ("ErrImagePull", "denied: requested access to the resource is denied", "image_unauthorized"),
        ("ErrImagePull", f"{RESOLVING}unexpected status from GET request: 403 Forbidden", "image_unauthorized"),
        ("ErrImagePull", "no basic auth credentials", "image_unauthorized"),
        ("ErrImagePull", f"{RESOLVING}unexpected status: 429 Too Many Requests", "image_pull_transient"),
        ("ErrImagePull", "toomanyrequests: You have reached your pull rate limit. denied", "image_pull_transient"),
        ("ErrImagePull", f"{RESOLVING}dial tcp 10.77.0.1:5000: connect: connection refused", "image_pull_transient"),
        ("ErrImagePull", "dial tcp: lookup registry.lab on 10.77.0.1:53: no such host", "image_pull_transient"),
        ("ErrImagePull", f"{RESOLVING}unexpected status: 503 Service Unavailable", "image_pull_transient"),
        ("ErrImagePull", "unexpected EOF", "image_pull_transient"),
        ("ImagePullBackOff", 'Back-off pulling image "registry.lab:5000/app:9.9"', "image_pull_transient"),
    ],
)
def test_a_failed_pull_is_called_by_its_cause(reason: str, message: str, code: str) -> None:
    assert [finding.code for finding in found(reason, message)] == [code]


@pytest.mark.parametrize(
    ("tag", "words", "code"),
    [
        ("429", "registry.lab:5000/app:429: not found", "image_not_found"),
        ("403", "registry.lab:5000/app:403: connection reset by peer", "image_pull_transient"),
        ("401", "registry.lab:5000/app:401: unexpected EOF", "image_pull_transient"),
    ],
)
def test_a_build_number_as_a_tag_is_not_taken_for_an_answer_of_the_registry(tag: str, words: str, code: str) -> None:
    assert [finding.code for finding in found("ErrImagePull", words, version=tag)] == [code]


def test_only_what_can_pass_is_given_time() -> None:
    graces = {
        code: found("ErrImagePull", words)[0].grace
        for code, words in (("gone", NOT_FOUND), ("refused", "401 Unauthorized"), ("down", "connection refused"))
    }
    assert graces == {"gone": 0.0, "refused": 0.0, "down": Limits().image_pull_grace}


def test_while_it_backs_off_the_event_tells_the_cause() -> None:
    told = f'Failed to pull image "registry.lab:5000/app:9.9": {NOT_FOUND}'
    (finding,) = found(
        "ImagePullBackOff", 'Back-off pulling image "registry.lab:5000/app:9.9"', ["Error: ErrImagePull", told]
    )
    assert finding.code == "image_not_found"
    assert finding.evidence["event"]["message"] == told


def test_the_event_of_another_image_is_not_taken() -> None:
    told = f'Failed to pull image "registry.lab:5000/app:8.8": {NOT_FOUND}'
    (finding,) = found("ImagePullBackOff", 'Back-off pulling image "registry.lab:5000/app:9.9"', [told])
    assert finding.code == "image_pull_transient"
    assert "event" not in finding.evidence


def test_the_message_is_the_image_and_the_registrys_own_words() -> None:
    (finding,) = found("ErrImagePull", f"rpc error: code = NotFound desc = {RESOLVING}manifest unknown")
    assert finding.message.startswith("registry.lab:5000/app:9.9: ")
    assert finding.message.endswith("manifest unknown")
    assert "rpc error" not in finding.message


def test_a_container_that_waits_for_something_else_has_no_image_trouble() -> None:
    assert found("ContainerCreating") == []


def test_what_the_runtime_did_on_the_way_is_left_out_of_the_cause() -> None:
    (finding,) = found("ErrImagePull", NOT_FOUND)
    assert finding.message == "registry.lab:5000/app:9.9: not found"
