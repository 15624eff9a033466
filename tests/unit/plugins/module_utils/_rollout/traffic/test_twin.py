# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects, templates
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import twin
from ansible_collections.steady.rollout.tests.unit import samples

Json = dict[str, t.Any]

DEPLOYMENT, SERVICE = samples.recorded("routed_deployment"), samples.recorded("routed_service")
TEMPLATE = templates.with_images(objects.template(DEPLOYMENT), {"app": "registry.lab:5000/app:3.0"})


def made(**changes: t.Any) -> Json:
    return twin.deployment_of(
        samples.having(DEPLOYMENT, changes), SERVICE, TEMPLATE, "canary", replicas=1, notes={"a": "b"}
    )


def test_the_service_and_the_deployment_hold_no_pod_of_the_twin() -> None:
    labels = objects.labels(objects.template(made()))
    assert not objects.spec(SERVICE)["selector"].items() <= labels.items()
    assert not objects.spec(DEPLOYMENT)["selector"]["matchLabels"].items() <= labels.items()


def test_the_twins_service_holds_its_pods_and_no_others() -> None:
    selector = objects.spec(twin.service_of(DEPLOYMENT, SERVICE, "canary"))["selector"]
    assert selector.items() <= objects.labels(objects.template(made())).items()
    assert not selector.items() <= objects.labels(objects.template(DEPLOYMENT)).items()


def test_the_twin_runs_the_wanted_containers_and_keeps_the_templates_other_labels() -> None:
    found = made()
    assert objects.spec(objects.template(found)) == objects.spec(TEMPLATE)
    assert found["spec"]["replicas"] == 1
    assert found["metadata"]["annotations"] == {"a": "b"}
    others = set(objects.labels(objects.template(DEPLOYMENT))) - set(twin.keys(DEPLOYMENT, SERVICE))
    assert all(
        objects.labels(objects.template(found))[key] == objects.labels(objects.template(DEPLOYMENT))[key]
        for key in others
    )


def test_it_goes_with_its_deployment_and_says_whose_it_is() -> None:
    found = made()
    assert found["metadata"]["ownerReferences"][0]["uid"] == objects.uid(DEPLOYMENT)
    assert found["metadata"]["labels"] == {
        "app.kubernetes.io/managed-by": "steady.rollout",
        "steady.rollout/strategy": "canary",
    }
    assert twin.is_of(found, DEPLOYMENT)
    assert not twin.is_of(found, samples.having(DEPLOYMENT, {"metadata": {"uid": "another"}}))


def test_an_object_of_somebody_else_is_named() -> None:
    assert "there is a Service app" in twin.foreign(SERVICE, DEPLOYMENT)
    assert twin.foreign(made(), DEPLOYMENT) == ""


def test_the_service_is_reachable_in_the_cluster_only() -> None:
    open_to_all = samples.having(
        SERVICE, {"spec": {"type": "NodePort", "ports": [{"port": 80, "targetPort": 8080, "nodePort": 30000}]}}
    )
    spec = twin.service_of(DEPLOYMENT, open_to_all, "canary")["spec"]
    assert spec["ports"] == [{"port": 80, "targetPort": 8080}]
    assert not {"type", "clusterIP", "clusterIPs"} & set(spec)


def test_a_headless_service_has_a_headless_twin() -> None:
    headless = samples.having(SERVICE, {"spec": {"clusterIP": "None"}})
    assert twin.service_of(DEPLOYMENT, headless, "canary")["spec"]["clusterIP"] == "None"


@pytest.mark.parametrize("length", [1, 56, 57, 63])
def test_names_and_label_values_never_grow_too_long(length: int) -> None:
    name = twin.named("a" * length, "canary")
    assert len(name) <= twin.LONGEST
    assert name.endswith("-canary")
    assert twin.named("a" * (length - 1) + "b", "canary") != name


def test_a_service_that_selects_by_other_labels_would_hold_both() -> None:
    other = samples.having(SERVICE, {"spec": {"selector": {"app": None, "tier": "web"}}})
    assert "none is in the Deployment's selector" in twin.indistinct(DEPLOYMENT, other, [other], "canary")


def test_a_second_service_that_would_hold_both_is_named() -> None:
    labelled = samples.having(DEPLOYMENT, {"spec": {"template": {"metadata": {"labels": {"tier": "web"}}}}})
    second = samples.having(SERVICE, {"metadata": {"name": "all"}, "spec": {"selector": {"app": None, "tier": "web"}}})
    assert "Service all would hold the pods of both" in twin.indistinct(labelled, SERVICE, [SERVICE, second], "canary")
    assert twin.indistinct(labelled, SERVICE, [SERVICE], "canary") == ""


def test_equal_templates_have_equal_hashes() -> None:
    assert twin.template_hash(TEMPLATE) == twin.template_hash(dict(reversed(TEMPLATE.items())))
    assert twin.template_hash(TEMPLATE) != twin.template_hash(objects.template(DEPLOYMENT))


def test_a_strategy_of_two_words_is_a_name_that_kubernetes_takes() -> None:
    assert twin.named("app", "blue_green") == "app-blue-green"
    assert twin.named("a" * 60, "blue_green").endswith("-blue-green")
