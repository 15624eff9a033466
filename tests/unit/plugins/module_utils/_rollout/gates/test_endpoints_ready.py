# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._rollout.gates import looks

Json = dict[str, t.Any]

LABELS = samples.workload()["spec"]["template"]["metadata"]["labels"]
SERVICE = {**samples.recorded("service"), "spec": {"selector": LABELS}}


def holding(*pods: Json, ready: bool = True) -> list[Json]:
    """The Service, and its slice as recorded with these pods in it."""
    recorded = samples.recorded("endpointslice")
    endpoint = recorded["endpoints"][0]
    recorded["endpoints"] = [
        samples.having(endpoint, {"targetRef": {"uid": pod["metadata"]["uid"]}, "conditions": {"ready": ready}})
        for pod in pods
    ]
    return [SERVICE, recorded]


def test_it_passes_when_the_slices_hold_all_new_pods() -> None:
    done = looks.complete()
    passed = looks.Watch(looks.one("endpoints_ready")).look(10, done, objects=holding(*done.new_pods))
    assert (passed.state, passed.message) == ("passed", "3 new pods ready behind app")


def test_a_new_pod_that_is_missing_or_not_ready_there_fails_it_in_the_end() -> None:
    done = looks.complete()
    watch = looks.Watch(looks.one({"endpoints_ready": {"service": "app", "within": "5s"}}))
    waiting = watch.look(10, done, objects=holding(*done.new_pods[1:]))
    assert (waiting.state, waiting.look_again) == ("waiting", 15)
    assert waiting.message.startswith("Service app holds 2 of 3 new pods as ready (not ")
    failed = watch.look(15, done, objects=holding(*done.new_pods, ready=False))
    assert failed.state == "failed"
    assert failed.message.endswith("5.0 s after the rollout was complete")


def test_a_slice_that_does_not_say_ready_means_it() -> None:
    done = looks.complete()
    objects = holding(*done.new_pods)
    for endpoint in objects[1]["endpoints"]:
        del endpoint["conditions"]["ready"]
    assert looks.Watch(looks.one("endpoints_ready")).look(10, done, objects=objects).state == "passed"


def test_an_old_pod_that_is_gone_but_still_held_is_remembered() -> None:
    done, old = looks.complete(), looks.ROLLING.old_pods[0]
    watch = looks.Watch(looks.one("endpoints_ready"))
    assert watch.look(5, looks.ROLLING).state == "waiting"
    waiting = watch.look(10, done, objects=holding(*done.new_pods, old))
    assert (waiting.state, waiting.message) == ("waiting", "Service app still holds 1 old pods as ready")
    assert watch.look(11, done, objects=holding(*done.new_pods)).state == "passed"


def test_before_the_controller_has_seen_the_change_no_pod_is_old_for_good() -> None:
    done = looks.complete()
    unseen = samples.snapshot(
        samples.workload("2.0", 2, {"status": {"observedGeneration": 1}}), [samples.revision("2.0", 2)], done.new_pods
    )
    assert len(unseen.old_pods) == 3
    watch = looks.Watch(looks.one("endpoints_ready"))
    watch.look(5, unseen)
    assert watch.look(10, done, objects=holding(*done.new_pods)).state == "passed"


def test_slices_of_other_services_do_not_count() -> None:
    done = looks.complete()
    service, theirs = holding(*done.new_pods)
    theirs["metadata"]["labels"]["kubernetes.io/service-name"] = "other"
    assert looks.Watch(looks.one("endpoints_ready")).look(10, done, objects=[service, theirs]).state == "waiting"


def test_without_a_service_in_front_it_can_never_hold() -> None:
    other = samples.having(SERVICE, {"metadata": {"name": "other"}, "spec": {"selector": {"app": "other"}}})
    headless = samples.having(SERVICE, {"spec": None})
    some, named = looks.one("endpoints_ready"), looks.one({"endpoints_ready": "app"})
    present = samples.workload()
    assert looks.refusal(some, present, [other]) == "no Service selects the pods in the namespace; it has: other."
    assert looks.refusal(some, present, [headless]).startswith("no Service selects the pods")
    assert looks.refusal(named, present, []) == "there is no Service app in the namespace; it has: none."
    assert looks.refusal(looks.one({"endpoints_ready": "other"}), present, [other]).startswith(
        "Service other does not select"
    )
    assert not looks.refusal(some, present, [SERVICE])


def test_a_service_that_goes_away_meanwhile_is_said() -> None:
    watch = looks.Watch(looks.one("endpoints_ready"))
    assert watch.look(10, looks.complete()).message == "no Service selects the pods any more"
