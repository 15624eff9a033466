# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import configuration, errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

Json = dict[str, t.Any]

REFERENCE = Reference("Deployment", "shop", "app")
OWNER: Json = {"apiVersion": "apps/v1", "metadata": {"uid": "u1"}}
MARK = "Planted-8f3a1c"


def config(**data: t.Any) -> configuration.Item:
    return configuration.parse("config", {"settings": {"data": data}}, REFERENCE)[0]


def secret(**data: t.Any) -> configuration.Item:
    return configuration.parse("secrets", {"login": {"string_data": data}}, REFERENCE)[0]


def test_the_name_follows_content_and_workload_and_nothing_else() -> None:
    assert config(a="1", b="2") == config(b="2", a="1")
    assert config(a="1").full_name != config(a="2").full_name
    other = configuration.parse("config", {"settings": {"data": {"a": "1"}}}, Reference("Deployment", "shop", "other"))
    assert other[0].full_name != config(a="1").full_name


def test_names_stay_the_same_from_release_to_release() -> None:
    """Another hash would roll every workload with the next deployment."""
    assert config(GREETING="hello").full_name == "settings-82ea793db8"
    assert secret(password="plain").full_name == "login-0b79b727ba"


def test_a_secret_in_base64_is_the_same_as_in_text() -> None:
    encoded = base64.encodebytes(b"plain").decode()
    assert configuration.parse("secrets", {"login": {"data": {"password": encoded}}}, REFERENCE)[0] == secret(
        password="plain"
    )


def test_the_object_is_immutable_and_goes_with_its_owner() -> None:
    made = secret(password="plain").manifest(REFERENCE, OWNER)
    assert made["immutable"] is True
    assert (made["type"], made["data"]) == ("Opaque", {"password": "cGxhaW4="})
    assert made["metadata"]["ownerReferences"][0]["uid"] == "u1"
    assert made["metadata"]["labels"] == {"steady.rollout/configures": "deployment.app"}
    assert "ownerReferences" not in secret().manifest(REFERENCE, None)["metadata"]


@pytest.mark.parametrize(
    ("change", "there"),
    [
        ({}, True),
        ({"data": {"a": "2"}}, False),
        ({"immutable": False}, False),
        ({"metadata": {"name": "settings"}}, False),
    ],
)
def test_an_object_that_is_not_this_very_one_does_not_count_as_there(change: Json, there: bool) -> None:
    item = config(a="1")
    assert item.is_there([{**item.manifest(REFERENCE, OWNER), **change}], OWNER) is there


def test_an_object_of_an_earlier_workload_of_that_name_does_not_count_as_there() -> None:
    item = config(a="1")
    assert not item.is_there([item.manifest(REFERENCE, OWNER)], {"metadata": {"uid": "u2"}})


def test_the_label_of_a_long_name_is_cut_and_still_its_own() -> None:
    one, two = (configuration.label(Reference("Deployment", "shop", f"{'a' * 80}{end}")) for end in "xy")
    assert len(one) == 63
    assert one != two


@pytest.mark.parametrize(
    ("option", "given", "words"),
    [
        ("config", [], r"^config: it must be a dictionary"),
        ("secrets", {"login": MARK}, r"^secrets\.login: it must be a dictionary, such as \{string_data"),
        ("config", {"Settings": {}}, "'Settings' cannot be a name"),
        ("config", {"a" * 243: {}}, "at most 242"),
        ("config", {5: {}}, "5 cannot be a name"),
        ("config", {"settings": {"date": {}}}, r"^config\.settings\.date: there is no such option; data is meant"),
        ("config", {"settings": {"data": {"a": 2.10}}}, r"config\.settings\.data\.a is a number that may have lost"),
        ("config", {"settings": {"data": {"a": True}}}, "is true or false; it must be text"),
        ("config", {"settings": {"data": {"a": None}}}, "is nothing; it must be text"),
        ("config", {"settings": {"data": {"a b": "1"}}}, "'a b' cannot be a key"),
        (
            "config",
            {"settings": {"binary_data": {"a": MARK}}},
            r"config\.settings\.binary_data\.a is not base64: encode it",
        ),
        (
            "secrets",
            {"login": {"data": {"a": MARK}}},
            r"secrets\.login\.data\.a is not base64: encode it",
        ),
        ("secrets", {"login": {"string_data": {"a": [MARK]}}}, r"secrets\.login\.string_data\.a is no text"),
        ("secrets", {"login": {"string_data": MARK}}, r"secrets\.login\.string_data: it must be a dictionary"),
        ("config", {"settings": {"data": {"a": "x" * 1024 * 1024}}}, "more than the 1 MiB"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence_without_a_value(option: str, given: t.Any, words: str) -> None:
    with pytest.raises(errors.InvalidInput, match=words) as refusal:
        configuration.parse(option, given, REFERENCE)
    assert MARK not in str(refusal.value)


def test_a_whole_number_is_text() -> None:
    assert config(port=8080) == config(port="8080")


def test_what_nothing_refers_to_is_named() -> None:
    items = (config(a="1"), secret(b="2"))
    assert configuration.unreferenced(items, {("ConfigMap", "settings"), ("Secret", "login")}) == ""
    refusal = configuration.unreferenced(items, {("ConfigMap", "settings"), ("ConfigMap", "login")})
    assert refusal.startswith("secrets.login: nothing in the pod template refers to Secret login.")


def test_only_what_is_ours_and_unnamed_may_go() -> None:
    mine = config(a="1").manifest(REFERENCE, OWNER)
    named = config(a="2").manifest(REFERENCE, OWNER)
    nobodys = config(a="3").manifest(REFERENCE, None)
    others = config(a="4").manifest(REFERENCE, {"apiVersion": "apps/v1", "metadata": {"uid": "u2"}})
    unlabelled = {**mine, "metadata": {**mine["metadata"], "labels": {}}}
    names = {("ConfigMap", named["metadata"]["name"])}
    assert configuration.unused([mine, named, nobodys, others, unlabelled], names, OWNER) == (mine, nobodys)


def test_a_difference_shows_configuration_and_of_secrets_only_what_changed() -> None:
    old = [config(a="1", url="http://me:hunter22@x").manifest(REFERENCE, OWNER)]
    old.append(secret(same="x", other=MARK).manifest(REFERENCE, OWNER))
    new = [
        config(a="2").manifest(REFERENCE, OWNER),
        secret(same="x", other=f"{MARK}2", more="y").manifest(REFERENCE, None),
    ]
    before, after = configuration.shown(old, new)
    assert before == {
        "ConfigMap settings": {"a": "1", "url": "http://***@x"},
        "Secret login": {"same": "(hidden)", "other": "(hidden)"},
    }
    assert after == {
        "ConfigMap settings": {"a": "2"},
        "Secret login": {"same": "(hidden)", "other": "(hidden, changed)", "more": "(hidden)"},
    }
