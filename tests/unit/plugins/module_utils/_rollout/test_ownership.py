# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import ownership

Json = dict[str, t.Any]

FIELDS: Json = {"f:spec": {"f:replicas": {}, "f:template": {}}}


def owned_by(*owners: tuple[str, str, Json]) -> Json:
    entries = [{"manager": name, "operation": how, "fieldsV1": fields} for name, how, fields in owners]
    return {"metadata": {"resourceVersion": "7", "managedFields": entries}, "spec": {"replicas": 3}}


def test_a_number_that_our_apply_owns_is_let_go_when_the_manifest_leaves_it_out() -> None:
    present = owned_by(("kubectl", "Update", FIELDS), ("steady.rollout", "Apply", FIELDS))
    assert ownership.released(present, {"spec": {}}, "spec", "replicas") == [
        {"op": "test", "path": "/metadata/resourceVersion", "value": "7"},
        {"op": "remove", "path": "/metadata/managedFields/1/fieldsV1/f:spec/f:replicas"},
    ]


@pytest.mark.parametrize(
    ("owners", "wanted"),
    [
        ([("steady.rollout", "Apply", FIELDS)], {"spec": {"replicas": 0}}),
        ([("steady.rollout", "Update", FIELDS)], {"spec": {}}),
        ([("kubectl", "Apply", FIELDS)], {"spec": {}}),
        ([("steady.rollout", "Apply", {"f:spec": {"f:template": {}}})], {"spec": {}}),
        ([], {}),
    ],
    ids=["still named", "set by a scaling", "another's", "another field", "nobody's"],
)
def test_otherwise_nothing_is_let_go(owners: list[tuple[str, str, Json]], wanted: Json) -> None:
    assert ownership.released(owned_by(*owners), wanted, "spec", "replicas") == []
