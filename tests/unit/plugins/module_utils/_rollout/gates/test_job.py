# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import dataclasses
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import job
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates.gate import Reading
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._rollout.gates import looks

Json = dict[str, t.Any]

DEFINITION = {
    "metadata": {"name": "smoke", "labels": {"team": "shop"}},
    "spec": {"template": {"spec": {"containers": [{"name": "check", "image": "registry.lab:5000/app:1.0"}]}}},
}
FAILED, POD = samples.recorded("job_failed"), samples.recorded("pod_of_job_failed")
NAME = FAILED["metadata"]["name"]
RUNNING = samples.having(FAILED, {"status": {"conditions": None}})
DONE = samples.having(FAILED, {"status": {"conditions": [{"type": "Complete", "status": "True"}]}})


def watch(**options: t.Any) -> looks.Watch:
    return looks.Watch(looks.one({"job": {"definition": DEFINITION, **options}}, id="a1b2c3d4"))


def test_it_begins_the_job_when_the_rollout_is_complete() -> None:
    waits = watch()
    assert waits.look(5, looks.ROLLING).want == ""
    assert waits.look(10, looks.complete()).want == "begin"
    assert waits.look(11, looks.complete(), objects=[RUNNING]).state == "waiting"


def test_a_job_that_succeeds_passes_it() -> None:
    waits = watch()
    waits.look(10, looks.complete())
    passed = waits.look(14, looks.complete(), objects=[DONE])
    assert (passed.state, passed.message) == ("passed", f"Job {NAME} succeeded after 4.0 s")


def test_a_job_that_fails_names_its_exit_code_and_whose_words_tell_more() -> None:
    waits = watch()
    waits.look(10, looks.complete())
    failed = waits.look(14, looks.complete(), objects=[FAILED, POD])
    assert (failed.state, failed.message) == ("failed", f"Job {NAME} failed after 4.0 s: exit code 1")
    assert (failed.pod, failed.container) == (POD["metadata"]["name"], POD["spec"]["containers"][0]["name"])


def test_a_job_that_takes_too_long_fails_it() -> None:
    waits = watch(within="30s")
    waits.look(10, looks.complete())
    assert waits.look(39, looks.complete(), objects=[RUNNING]).look_again == 40
    assert waits.look(40, looks.complete(), objects=[RUNNING]).message == "the Job had not ended after 30 s"


def test_what_keeps_its_pod_is_said() -> None:
    pulling = copy.deepcopy(POD)
    pulling["status"]["containerStatuses"][0]["state"] = samples.waiting("ErrImagePull", "manifest unknown")
    waits = watch(within="1m")
    waits.look(10, looks.complete())
    said = f"pod {POD['metadata']['name']}: ErrImagePull: manifest unknown"
    assert waits.look(12, looks.complete(), objects=[RUNNING, pulling]).message == said
    pulling["status"]["containerStatuses"][0]["state"] = samples.waiting("ImagePullBackOff", "Back-off")
    assert waits.look(20, looks.complete(), objects=[RUNNING, pulling]).message == said
    assert waits.look(70, looks.complete(), objects=[RUNNING, pulling]).message.endswith(said)


def test_what_the_api_server_says_of_its_pod_is_said_and_ends_it_where_nothing_changes_that() -> None:
    def look(words: str) -> Reading:
        waits = watch()
        waits.look(10, looks.complete())
        told = samples.event(RUNNING, "FailedCreate", f"Error creating: {words}")
        return waits.look(11, dataclasses.replace(looks.complete(), events=(told,)), objects=[RUNNING])

    denied = look('pods "smoke-x" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true')
    assert denied.state == "failed"
    assert denied.message.startswith(f'Job {NAME} gets no pod: pods "smoke-x" is forbidden: violates PodSecurity')
    assert "securityContext" in denied.hint
    waiting = look("exceeded quota: small")
    assert (waiting.state, waiting.message) == ("waiting", "exceeded quota: small")


def test_a_job_that_somebody_deletes_fails_it_once_it_has_been_seen() -> None:
    waits = watch()
    waits.look(10, looks.complete())
    assert waits.look(11, looks.complete()).state == "waiting"
    waits.look(12, looks.complete(), objects=[RUNNING])
    assert "deleted by somebody else" in waits.look(13, looks.complete()).message


def test_the_job_is_named_anew_marked_owned_tried_once_and_bounded() -> None:
    made = job.manifest(watch(within="90s").gate.options, samples.workload())
    meta, spec = made["metadata"], made["spec"]
    assert (meta["name"], meta["namespace"]) == ("smoke-a1b2c3d4", "shop")
    assert meta["labels"] == {"team": "shop", job.LABEL: "a1b2c3d4"}
    assert meta["ownerReferences"][0]["uid"] == samples.workload()["metadata"]["uid"]
    assert (spec["backoffLimit"], spec["activeDeadlineSeconds"], spec["ttlSecondsAfterFinished"]) == (0, 90, 600)
    assert spec["template"]["metadata"]["labels"] == {job.LABEL: "a1b2c3d4"}
    assert spec["template"]["spec"]["restartPolicy"] == "Never"
    assert DEFINITION["spec"]["template"].keys() == {"spec"}


def test_what_the_definition_says_itself_stands() -> None:
    written = samples.having(
        DEFINITION, {"spec": {"backoffLimit": 2, "template": {"spec": {"restartPolicy": "OnFailure"}}}}
    )
    made = job.manifest(looks.one({"job": {"definition": written}}, id="x").options, samples.workload())
    assert made["spec"]["backoffLimit"] == 2
    assert made["spec"]["template"]["spec"]["restartPolicy"] == "OnFailure"


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ({"kind": "Pod"}, "a Pod is no Job"),
        ({"spec": {}}, "it has no spec.template.spec.containers: add one."),
        ({"spec": {"template": {"spec": {"containers": "x"}}}}, "it has no spec.template.spec.containers: add one."),
        ({"spec": {"template": "x"}}, "it has no spec.template.spec.containers: add one."),
        ({"spec": "x"}, "it has no spec.template.spec.containers: add one."),
    ],
)
def test_what_is_no_job_is_refused(definition: Json, words: str) -> None:
    with pytest.raises(errors.InvalidInput, match=rf"^gates\[0\]\.job\.definition: {words}"):
        looks.one({"job": {"definition": definition}})
