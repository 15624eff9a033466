# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import references

Json = dict[str, t.Any]

CONTAINER: Json = {
    "name": "secret",
    "image": "app:1",
    "env": [
        {"name": "A", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "name"}}},
        {"name": "B", "valueFrom": {"secretKeyRef": {"name": "login", "key": "password"}}},
        {"name": "C", "value": "settings"},
    ],
    "envFrom": [{"configMapRef": {"name": "settings"}}, {"secretRef": {"name": "login"}}],
}
POD: Json = {
    "containers": [CONTAINER],
    "initContainers": [{**CONTAINER, "name": "settings"}],
    "nodeSelector": {"secret": "login", "configMap": "settings"},
    "imagePullSecrets": [{"name": "pull"}],
    "volumes": [
        {"name": "settings", "configMap": {"name": "settings", "items": [{"key": "settings", "path": "name"}]}},
        {"name": "login", "secret": {"secretName": "login", "items": [{"key": "login", "path": "x"}]}},
        {
            "name": "all",
            "projected": {"sources": [{"configMap": {"name": "settings"}}, {"secret": {"name": "login"}}]},
        },
        {"name": "none", "emptyDir": {}},
    ],
}
TEMPLATE: Json = {"metadata": {"annotations": {"secret": "login"}}, "spec": POD}
ALL = {("ConfigMap", "settings"), ("Secret", "login"), ("Secret", "pull")}


def test_every_place_that_names_one_is_found() -> None:
    assert references.named(TEMPLATE) == ALL
    assert references.named({}) == frozenset()


def test_names_are_replaced_where_they_refer_to_one_and_nowhere_else() -> None:
    before = copy.deepcopy(TEMPLATE)
    after = references.renamed(TEMPLATE, {("ConfigMap", "settings"): "settings-1", ("Secret", "login"): "login-2"})
    assert before == TEMPLATE
    assert references.named(after) == {("ConfigMap", "settings-1"), ("Secret", "login-2"), ("Secret", "pull")}
    back = references.renamed(after, {("ConfigMap", "settings-1"): "settings", ("Secret", "login-2"): "login"})
    assert back == TEMPLATE
    assert after["spec"]["nodeSelector"] == POD["nodeSelector"]
    assert [volume["name"] for volume in after["spec"]["volumes"]] == ["settings", "login", "all", "none"]


def test_a_secret_is_not_taken_for_a_config_map_of_the_same_name() -> None:
    after = references.renamed(TEMPLATE, {("Secret", "settings"): "wrong"})
    assert after == TEMPLATE
